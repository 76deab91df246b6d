using System.Text.Json;

namespace DpoSt.Text.Tokenizers;

/// <summary>Reads a Hugging Face `tokenizer.json` whose model is BPE: byte-level (Llama-3, Qwen2, ours) or with byte fallback (Llama-2).</summary>
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
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new UserErrorException($"The tokenizer '{path}' is not a Hugging Face tokenizer.json that dpost can read: {e.Message}", e);
        }
    }

    private static Tokenizer Read(JsonElement root, string path, TokenizerConfig config)
    {
        var model = root.GetProperty("model");
        var type = model.TryGetProperty("type", out var named) ? named.GetString() : "BPE";
        if (type != "BPE")
        {
            throw new UserErrorException($"The tokenizer '{path}' has a model of type '{type}'; supported are BPE in tokenizer.json, and a T5 spiece.model for Unigram.");
        }

        var added = Added(root).ToArray();
        var vocabulary = model.GetProperty("vocab").EnumerateObject().Select(p => (Piece: p.Name, Id: p.Value.GetInt32())).ToArray();
        var pieces = Pieces(vocabulary, added, path);
        var special = added.Where(a => a.IsSpecial).Select(a => a.Id).ToHashSet();
        var isByteLevel = Parts(root, "pre_tokenizer").Any(p => Type(p) == "ByteLevel");
        var table = new TokenTable(pieces, isByteLevel ? ByteAlphabet.Read : TokenTable.SentencePieceBytes, special.Contains);
        var merges = Merges(model, table, path);
        ISegmentEncoder encoder = isByteLevel ? ByteLevel(root, model, table, merges, path) : new SentencePieceBpe(table, merges, PrefixPlaces(root));
        return new(table, new([.. added.Select(a => (a.Content, a.Id))]), encoder, Specials(root, table, config, path), dropFirstSpace: !isByteLevel);
    }

    private static ByteLevelBpe ByteLevel(JsonElement root, JsonElement model, TokenTable table, MergeTable merges, string path)
    {
        var splits = Parts(root, "pre_tokenizer").Where(p => Type(p) == "Split").ToArray();
        if (splits.Length > 1 || Parts(root, "pre_tokenizer").Any(p => Type(p) is not ("Split" or "ByteLevel")))
        {
            throw new UserErrorException($"The tokenizer '{path}' has a pre_tokenizer that dpost does not know; supported are ByteLevel alone or after one Split by a Regex.");
        }

        // NFC leaves composed text alone; docs/adr/0004 says why it is not applied.
        if (Parts(root, "normalizer").FirstOrDefault(p => Type(p) != "NFC") is { ValueKind: JsonValueKind.Object } normalizer)
        {
            throw new UserErrorException($"The tokenizer '{path}' has a normalizer of type '{Type(normalizer)}', which dpost does not know for a byte-level vocabulary.");
        }

        var pattern = splits is [var split] ? split.GetProperty("pattern").GetProperty("Regex").GetString()! : WordSplitter.Gpt2;
        var ignoresMerges = model.TryGetProperty("ignore_merges", out var ignore) && ignore.ValueKind == JsonValueKind.True;
        return new(ByteLevelFiles.ByteIds(table, path), merges, new(pattern), ignoresMerges ? table : null);
    }

    private static MergeTable Merges(JsonElement model, TokenTable table, string path)
    {
        var list = model.GetProperty("merges");
        var (merges, rank) = (new MergeTable(list.GetArrayLength()), 0);
        foreach (var merge in list.EnumerateArray())
        {
            // Older files hold "a b", newer ones ["a", "b"].
            var pair = merge.ValueKind == JsonValueKind.Array ? [.. merge.EnumerateArray().Select(p => p.GetString()!)] : merge.GetString()!.Split(' ');
            if (pair is not [var left, var right] || table.IdOf(left) is not { } a || table.IdOf(right) is not { } b || table.IdOf(left + right) is not { } joined)
            {
                throw new UserErrorException($"The tokenizer '{path}' has a merge (number {rank}) whose parts or result are not in its vocabulary.");
            }

            merges.Add(a, b, rank++, joined);
        }

        return merges;
    }

    private static string?[] Pieces((string Piece, int Id)[] vocabulary, (string Content, int Id, bool IsSpecial)[] added, string path)
    {
        var all = vocabulary.Concat(added.Select(a => (Piece: a.Content, a.Id))).ToArray();
        var size = all.Length == 0 ? 0 : all.Max(p => p.Id) + 1;
        // A claimed id may not decide how much is allocated: ids are dense but for a few holes.
        if (size == 0 || all.Min(p => p.Id) < 0 || size > (2L * all.Length) + 1024)
        {
            throw new UserErrorException($"The tokenizer '{path}' has no vocabulary, or ids that are negative or far beyond its {all.Length} entries.");
        }

        var pieces = new string?[size];
        foreach (var (piece, id) in all)
        {
            pieces[id] = piece;
        }

        return pieces;
    }

    private static IEnumerable<(string Content, int Id, bool IsSpecial)> Added(JsonElement root) =>
        root.TryGetProperty("added_tokens", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(t => (t.GetProperty("content").GetString()!, t.GetProperty("id").GetInt32(), t.GetProperty("special").GetBoolean()))
            : [];

    /// <summary>Which stretches get a space in front: Metaspace says first or always; the older Prepend is "always".</summary>
    private static Place[] PrefixPlaces(JsonElement root)
    {
        var metaspace = Parts(root, "pre_tokenizer").FirstOrDefault(p => Type(p) == "Metaspace");
        var scheme = metaspace.ValueKind == JsonValueKind.Object && metaspace.TryGetProperty("prepend_scheme", out var named) ? named.GetString() : "always";
        return scheme switch { "first" => [Place.Start], "never" => [], _ => [Place.Start, Place.AfterSpecial] };
    }

    private static SpecialIds Specials(JsonElement root, TokenTable table, TokenizerConfig config, string path)
    {
        var (prefix, suffix, seenText) = (new List<int>(), new List<int>(), false);
        var template = Parts(root, "post_processor").FirstOrDefault(p => Type(p) == "TemplateProcessing");
        foreach (var part in template.ValueKind == JsonValueKind.Object ? template.GetProperty("single").EnumerateArray().ToArray() : [])
        {
            seenText |= part.TryGetProperty("Sequence", out _);
            if (part.TryGetProperty("SpecialToken", out var token))
            {
                (seenText ? suffix : prefix).AddRange(template.GetProperty("special_tokens").GetProperty(token.GetProperty("id").GetString()!).GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()));
            }
        }

        return config.Specials(table, [.. prefix], [.. suffix], path);
    }

    /// <summary>A step of the pipeline and, where it is a sequence, the steps inside it.</summary>
    private static JsonElement[] Parts(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var part) || part.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var inner = SequenceNames.FirstOrDefault(n => part.TryGetProperty(n, out _));
        return inner is null ? [part] : [.. part.GetProperty(inner).EnumerateArray()];
    }

    private static string? Type(JsonElement part) => part.GetProperty("type").GetString();
}
