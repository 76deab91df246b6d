using System.Text.Json;
using DpoSt.Text.Chat;
using DpoSt.Text.Tokenizers;
using DpoSt.Text.Tokenizers.Json;

namespace DpoSt.Models.Gguf;

/// <summary>A tokenizer.json as llama.cpp keeps vocabularies: byte-level BPE ("gpt2") with a name for how words are cut, or SentencePiece's
/// BPE ("llama"), whose scores are the ranks of merges.</summary>
internal sealed class GgufVocabulary
{
    private const string Words = @"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}#| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|";

    private enum Kind { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 }

    private readonly string folder;
    private readonly JsonElement root;
    private readonly JsonElement model;

    private GgufVocabulary(string folder, JsonElement root) => (this.folder, this.root, model) = (folder, root, root.GetProperty("model"));

    /// <summary>The facts of a folder's tokenizer, its chat template among them.</summary>
    /// <param name="size">The model's ids; those that the vocabulary lacks are unused.</param>
    /// <exception cref="UserErrorException">There is no tokenizer.json, or llama.cpp has no such tokenizer.</exception>
    public static IReadOnlyList<(string Name, object Value)> Facts(string folder, int size)
    {
        var file = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(file))
        {
            throw new UserErrorException($"{folder}: a tokenizer is exported from tokenizer.json, and there is none.");
        }

        var tokenizer = TokenizerLoader.Load(folder); // refuses what is broken
        using var document = TokenizerJson.Parse(WholeFile.ReadBytes(file, WholeFile.Tokenizer));
        var vocabulary = new GgufVocabulary(folder, document.RootElement);
        return [.. vocabulary.Tokens(size), .. Specials(tokenizer), .. Template(folder)];
    }

    private IEnumerable<(string, object)> Tokens(int size)
    {
        var isByteLevel = Steps("pre_tokenizer").Any(step => Is(step, "ByteLevel"));
        if (!Is(model, "BPE") || (!isByteLevel && !Flag(model, "byte_fallback")))
        {
            throw No("it is neither byte-level BPE nor SentencePiece's BPE with bytes");
        }

        var (tokens, kinds) = (new string?[size], new Kind[size]);
        foreach (var (text, id) in model.GetProperty("vocab").EnumerateObject().Select(
            e => (e.Name, e.Value.GetInt32())).Where(e => e.Item2 < size))
        {
            (tokens[id], kinds[id]) = (
                text, !isByteLevel && text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) ? Kind.Byte : Kind.Normal);
        }

        foreach (var added in root.TryGetProperty("added_tokens", out var list) ? list.EnumerateArray() : default)
        {
            var id = added.GetProperty("id").GetInt32();
            if (id < size)
            {
                var text = added.GetProperty("content").GetString()!;
                (tokens[id], kinds[id]) = (text, text == "<unk>" ? Kind.Unknown : Flag(added, "special") ? Kind.Control : Kind.UserDefined);
            }
        }

        var named = TokenizerConfigFiles.ReadBeside(folder).Named.Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        for (var id = 0; id < size; id++)
        {
            kinds[id] = tokens[id] is not { } text ? Kind.Unused
                : kinds[id] == Kind.Normal && named.Contains(text) ? Kind.Control : kinds[id];
            tokens[id] ??= $"[unused {id}]";
        }

        var merges = Merges();
        yield return ("tokenizer.ggml.model", isByteLevel ? "gpt2" : "llama");
        yield return ("tokenizer.ggml.tokens", tokens);
        yield return ("tokenizer.ggml.token_type", Array.ConvertAll(kinds, kind => (int)kind));
        if (isByteLevel)
        {
            yield return ("tokenizer.ggml.pre", Cutting());
            if (merges.Count > 0)
            {
                yield return ("tokenizer.ggml.merges", merges.Select(merge => $"{merge.Left} {merge.Right}").ToArray());
            }
        }
        else
        {
            var ranks = merges.Index().GroupBy(m => m.Item.Left + m.Item.Right, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => -(float)group.Min(m => m.Index), StringComparer.Ordinal);
            yield return ("tokenizer.ggml.scores", Array.ConvertAll(tokens, token => ranks.GetValueOrDefault(token!, -1e6f)));
        }
    }

    private List<(string Left, string Right)> Merges() => [.. model.GetProperty("merges").EnumerateArray().Select(merge =>
        merge.ValueKind == JsonValueKind.Array ? (merge[0].GetString()!, merge[1].GetString()!)
        : merge.GetString()!.Split(' ') is [var left, var right] ? (left, right) : throw No("a merge is not a pair"))];

    // llama.cpp knows how words are cut by a name, not by the expression.
    private string Cutting()
    {
        // transformers 5 rebuilds such a tokenizer, and so do we: whatever the file cuts by, it cuts GPT-2's words.
        if (TokenizerConfigFiles.ReadBeside(folder).Class is "GPT2Tokenizer" or "GPT2TokenizerFast")
        {
            return "gpt-2";
        }

        var steps = Steps("pre_tokenizer").ToList();
        var patterns = steps.Where(step => Is(step, "Split")).Select(step =>
            step.GetProperty("pattern").TryGetProperty("Regex", out var regex) ? regex.GetString() : null).ToList();
        var (digits, words) = (steps.Exists(step => Is(step, "Digits") && Flag(step, "individual_digits")),
            steps.Exists(step => Is(step, "ByteLevel") && (!step.TryGetProperty("use_regex", out _) || Flag(step, "use_regex"))));
        return (patterns, digits, words) switch
        {
            ([], true, true) => "smollm",
            ([], false, true) => "gpt-2",
            ([var one], false, false) when one == Contractions + Words.Replace("#", "", StringComparison.Ordinal) => "qwen2",
            ([var one], false, false) when one == Contractions + Words.Replace("#", "{1,3}", StringComparison.Ordinal) => "llama-bpe",
            _ => throw No("llama.cpp has no name for how it cuts words"),
        };
    }

    private static IEnumerable<(string, object)> Specials(ITokenizer tokenizer)
    {
        var added = tokenizer.Encode("");
        yield return ("tokenizer.ggml.add_bos_token", tokenizer.BosId is { } first && added.Contains(first));
        yield return ("tokenizer.ggml.add_eos_token", added.Count > 0 && added[^1] == tokenizer.EosId);
        yield return ("tokenizer.ggml.add_space_prefix",
            tokenizer.Encode("a", addSpecialTokens: false) is [var id, ..] && tokenizer.PieceOf(id).StartsWith('\u2581'));
        yield return ("tokenizer.ggml.eos_token_id", (uint)tokenizer.EosId);
        if (tokenizer.BosId is { } bos)
        {
            yield return ("tokenizer.ggml.bos_token_id", (uint)bos);
        }

        if (tokenizer.PadId is { } pad)
        {
            yield return ("tokenizer.ggml.padding_token_id", (uint)pad);
        }
    }

    private static IEnumerable<(string, object)> Template(string folder)
    {
        if (ChatTemplateFiles.Of(folder).Templates.TryGetValue(ChatTemplateFiles.Default, out var template))
        {
            yield return ("tokenizer.chat_template", template);
        }
    }

    private IEnumerable<JsonElement> Steps(string part) =>
        !root.TryGetProperty(part, out var step) || step.ValueKind == JsonValueKind.Null ? []
        : Is(step, "Sequence") ? step.GetProperty("pretokenizers").EnumerateArray() : [step];

    private static bool Is(JsonElement part, string type) => part.TryGetProperty("type", out var name) && name.ValueEquals(type);

    private static bool Flag(JsonElement part, string name) =>
        part.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private UserErrorException No(string why) => new($"{folder}: the tokenizer cannot be exported as GGUF: {why}.");
}
