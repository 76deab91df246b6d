using System.Text.Json;
using DpoSt.Text.Tokenizers.ByteLevel;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads a Hugging Face `tokenizer.json`: byte-level BPE (Llama-3, Qwen2, ours), BPE with byte fallback (Llama-2) or Unigram (T5).
/// A step of its pipeline that dpost does not know is an error, never left out: wrong ids would train a wrong model.</summary>
internal static class TokenizerJson
{
    private static readonly string[] SequenceNames = ["pretokenizers", "normalizers", "processors"];

    /// <exception cref="UserErrorException">The file is not what it should be; the message names it and says what is supported.</exception>
    public static ITokenizer Read(string json, string path, TokenizerConfig config)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement, path, config);
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new UserErrorException(
                $"The tokenizer '{path}' is not a Hugging Face tokenizer.json that dpost can read: {e.Message}", e);
        }
    }

    private static Tokenizer Read(JsonElement root, string path, TokenizerConfig config)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("model", out var model))
        {
            throw new UserErrorException(
                $"The file '{path}' is not a tokenizer: it has no key 'model'; expected Hugging Face's tokenizer.json, "
                + "or a folder that holds it.");
        }

        var type = model.TryGetProperty("type", out var named) ? named.GetString() : "BPE";
        var added = Added(root).ToArray();
        var vocabulary = (type switch
        {
            "BPE" => TokenizerJsonBpe.Vocabulary(model),
            "Unigram" => TokenizerJsonUnigram.Vocabulary(model),
            _ => throw new UserErrorException($"The tokenizer '{path}' has a model of type '{type}'; supported are BPE and Unigram."),
        }).ToArray();
        var isByteLevel = type == "BPE" && Parts(root, "pre_tokenizer").Any(p => Type(p) == "ByteLevel");
        var special = added.Where(a => a.IsSpecial).Select(a => a.Id).ToHashSet();
        var table = new TokenTable(
            Pieces(vocabulary, added, path), isByteLevel ? ByteAlphabet.Read : TokenTable.SentencePieceBytes, special.Contains);
        var encoder = type == "Unigram" ? TokenizerJsonUnigram.Encoder(root, model, special, path)
            : isByteLevel ? TokenizerJsonBpe.ByteLevel(root, model, table, path)
            : TokenizerJsonBpe.SentencePiece(root, model, table, path);
        // As transformers' T5, which the pieces of spiece.model are read as too.
        var specials = Specials(root, table, config, path) with { EndsOnce = type == "Unigram" };
        return new(table, new(added), encoder, specials, dropFirstSpace: !isByteLevel);
    }

    /// <summary>The steps of a part of the pipeline: none, one, or those of a sequence, which may hold sequences.</summary>
    public static JsonElement[] Parts(JsonElement root, string name) =>
        root.TryGetProperty(name, out var part) && part.ValueKind != JsonValueKind.Null ? [.. Flat(part)] : [];

    public static string? Type(JsonElement part) => part.GetProperty("type").GetString();

    /// <summary>The value of a flag, which is off where it is not given.</summary>
    public static bool Flag(JsonElement part, string name, bool otherwise = false) =>
        part.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetBoolean() : otherwise;

    /// <summary>A string that must be there.</summary>
    public static string StringOf(JsonElement value) => value.GetString() ?? throw new FormatException("A string is null.");

    /// <summary>The pattern of a Split or a Replace: `Regex` or `String`, and its text.</summary>
    public static (string Kind, string Pattern) Pattern(JsonElement part) =>
        part.GetProperty("pattern").EnumerateObject().FirstOrDefault() is { Value.ValueKind: JsonValueKind.String } pattern
            ? (pattern.Name, StringOf(pattern.Value)) : throw new FormatException($"A {Type(part)} has no pattern.");

    /// <summary>Where a Metaspace puts a space: before every stretch of text, or before the first alone.</summary>
    public static Place[] PrefixPlaces(JsonElement metaspace)
    {
        if (StringOf(metaspace.GetProperty("replacement")) != "\u2581")
        {
            throw new FormatException("Its Metaspace writes spaces as something else than U+2581.");
        }

        var scheme = metaspace.TryGetProperty("prepend_scheme", out var named)
            ? named.GetString()
            : Flag(metaspace, "add_prefix_space", true)
            ? "always"
            : "never";
        return scheme switch
        {
            "always" => [Place.Start, Place.AfterSpecial],
            "first" => [Place.Start],
            "never" => [],
            _ => throw new FormatException($"Its Metaspace has an unknown prepend_scheme '{scheme}'."),
        };
    }

    /// <summary>The error for a step that dpost does not know.</summary>
    public static UserErrorException Unsupported(string path, string step, string supported) =>
        new($"The tokenizer '{path}' has {step}, which dpost does not know; supported are {supported}.");

    private static IEnumerable<JsonElement> Flat(JsonElement part)
    {
        var inner = SequenceNames.FirstOrDefault(n => part.TryGetProperty(n, out _));
        return inner is null ? [part] : part.GetProperty(inner).EnumerateArray().SelectMany(Flat);
    }

    private static IEnumerable<AddedToken> Added(JsonElement root) =>
        root.TryGetProperty("added_tokens", out var list) && list.ValueKind != JsonValueKind.Null
            ? list.EnumerateArray()
            .Select(t => new AddedToken(StringOf(t.GetProperty("content")), t.GetProperty("id").GetInt32(), Flag(t, "special"))
            {
                TakesSpaceBefore = Flag(t, "lstrip"),
                TakesSpaceAfter = Flag(t, "rstrip"),
                IsWholeWord = Flag(t, "single_word"),
            })
            : [];

    private static string?[] Pieces((string Piece, int Id)[] vocabulary, AddedToken[] added, string path)
    {
        var all = vocabulary.Concat(added.Select(a => (Piece: a.Content, a.Id))).ToArray();
        var size = all.Length == 0 ? 0 : all.Max(p => p.Id) + 1L;
        // A claimed id may not decide how much is allocated: ids are dense but for a few holes.
        if (size == 0 || all.Min(p => p.Id) < 0 || size > (2L * all.Length) + 1024)
        {
            throw new UserErrorException(
                $"The tokenizer '{path}' has no vocabulary, or ids that are negative or far beyond its {all.Length} entries.");
        }

        var pieces = new string?[size];
        foreach (var (piece, id) in all)
        {
            pieces[id] = piece;
        }

        return pieces;
    }

    private static SpecialIds Specials(JsonElement root, TokenTable table, TokenizerConfig config, string path)
    {
        var (prefix, suffix, seenText) = (new List<int>(), new List<int>(), false);
        foreach (var processor in Parts(root, "post_processor").Where(p => Type(p) != "ByteLevel"))
        {
            if (Type(processor) != "TemplateProcessing")
            {
                throw Unsupported(path, $"a post_processor of type '{Type(processor)}'", "TemplateProcessing and ByteLevel");
            }

            foreach (var part in processor.GetProperty("single").EnumerateArray())
            {
                seenText |= part.TryGetProperty("Sequence", out _);
                if (part.TryGetProperty("SpecialToken", out var token))
                {
                    var ids = processor.GetProperty("special_tokens").GetProperty(StringOf(token.GetProperty("id"))).GetProperty("ids");
                    (seenText ? suffix : prefix).AddRange(ids.EnumerateArray().Select(i => i.GetInt32()));
                }
            }
        }

        return config.Specials(table, [.. prefix], [.. suffix], path);
    }
}
