using System.Text.Json;
using DpoSt.Text.Tokenizers.Pipeline;
using DpoSt.Text.Tokenizers.Pipeline.Decoders;
using DpoSt.Text.Tokenizers.Pipeline.Models;
using DpoSt.Text.Tokenizers.Pipeline.Normalizers;
using DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

namespace DpoSt.Text.Tokenizers.ByteLevel;

/// <summary>Byte-level vocabularies in their older files: tiktoken's ranks (Llama-3), and vocab.json with merges.txt (Qwen2).</summary>
internal static class ByteLevelFiles
{
    /// <summary>Llama-3's words (tiktoken's cl100k shape: digits by three).</summary>
    public const string Llama3Words =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Qwen2's words: the same with single digits.</summary>
    public const string Qwen2Words =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const int Llama3Specials = 256;

    // Published ranks have tokens of up to 128 bytes; the cuts of a longer one would be looked through in the square of its length.
    private const int LongestRank = 256;
    private static readonly string[] QwenSpecials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    /// <summary>Lines `base64 rank`; neighbours whose join is a token merge, the smallest rank first. 256 special tokens follow.</summary>
    /// <exception cref="UserErrorException">A line is not a token with the next rank.</exception>
    public static ITokenizer Tiktoken(string path, TokenizerConfig config)
    {
        var pieces = new List<string>();
        foreach (var line in WholeFile.ReadLines(path, WholeFile.Tokenizer).Where(l => l.Length > 0))
        {
            var buffer = new byte[line.Length];
            var parts = line.Split(' ');
            if (parts.Length != 2 || !Convert.TryFromBase64String(parts[0], buffer, out var length)
                || length > LongestRank || parts[1] != pieces.Count.ToString(System.Globalization.CultureInfo.InvariantCulture))
            {
                throw new UserErrorException(
                    $"The tokenizer '{path}', line {pieces.Count + 1}, is not a token of at most {LongestRank} bytes in base64 "
                    + $"with its rank {pieces.Count}.");
            }

            pieces.Add(ByteAlphabet.Spell(buffer.AsSpan(0, length)));
        }

        var count = pieces.Count;
        var specials = Llama3SpecialTokens().ToArray();
        var table = new TokenTable([.. pieces, .. specials], id => id >= count);
        var merges = new MergeTable(3 * count);
        for (var id = 0; id < count; id++)
        {
            for (var cut = 1; cut < pieces[id].Length; cut++)
            {
                if (table.IdOf(pieces[id][..cut]) is { } left && table.IdOf(pieces[id][cut..]) is { } right)
                {
                    merges.Add(left, right, id, id);
                }
            }
        }

        var added = specials.Select((s, i) => new AddedToken(s, count + i, IsSpecial: true));
        // Llama-3 takes a word that is a token whole.
        return new PipelineTokenizer(
            table, Pipeline(Ids(pieces, path), merges, Llama3Words, added, isLlama3: true), config.Specials(table, [count], [], path));
    }

    /// <summary>Qwen2: no token is added; the three special tokens follow the vocabulary.</summary>
    /// <exception cref="UserErrorException">A file is broken or a merge names what the vocabulary lacks.</exception>
    public static ITokenizer Qwen2(string vocabularyPath, string mergesPath, TokenizerConfig config)
    {
        Dictionary<string, int> vocabulary;
        try
        {
            vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(WholeFile.ReadBytes(vocabularyPath, WholeFile.Tokenizer))
                ?? throw new JsonException("it is null.");
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"The vocabulary '{vocabularyPath}' is not a JSON object of tokens and ids: {e.Message}", e);
        }

        var pieces = new string?[vocabulary.Count];
        foreach (var (piece, id) in vocabulary)
        {
            pieces[id >= 0 && id < pieces.Length ? id : throw new UserErrorException(
                $"The vocabulary '{vocabularyPath}' gives '{piece}' the id {id}, but it has only {pieces.Length} tokens.")] =
                piece;
        }

        AddedToken[] added = config.Added.Count > 0
            ? [.. config.Added]
            : [.. QwenSpecials.Where(s => !vocabulary.ContainsKey(s))
                .Select((s, i) => new AddedToken(s, pieces.Length + i, IsSpecial: true))];
        var special = added.Where(t => t.IsSpecial).Select(t => t.Id).ToHashSet();
        var table = new TokenTable(Extension.Of(pieces, added, vocabularyPath), special.Contains);
        var (merges, rank) = (new MergeTable(pieces.Length), 0);
        foreach (var line in WholeFile.ReadLines(mergesPath, WholeFile.Tokenizer)
            .Where(l => l.Length > 0 && !l.StartsWith("#version", StringComparison.Ordinal)))
        {
            if (line.Split(' ') is not [var left, var right] || table.IdOf(left) is not { } a || table.IdOf(right) is not { } b
                || table.IdOf(left + right) is not { } joined)
            {
                throw new UserErrorException(
                    $"The merges '{mergesPath}' have an entry (number {rank + 1}) "
                    + "that is not two tokens of the vocabulary and their join.");
            }

            merges.Add(a, b, rank++, joined);
        }

        return new PipelineTokenizer(
            table, Pipeline(Ids(pieces, vocabularyPath), merges, Qwen2Words, added, isLlama3: false),
            config.Specials(table, [], [], vocabularyPath));
    }

    /// <summary>Qwen2 composes characters first.</summary>
    private static TextPipeline Pipeline(
        Dictionary<string, int> ids, MergeTable merges, string words, IEnumerable<AddedToken> added, bool isLlama3) => new(
        new(added), new([]), isLlama3 ? null : new UnicodeForm(isCompatible: false, composes: true),
        new PreTokenizerSequence(
            [new PatternSplit(new(words), Behaviour.Isolated, inverts: false), new ByteLevelSplit(addsSpace: false, pattern: null)]),
        new BpeModel(ids, merges, new(null, IsFused: false, FallsBackToBytes: false), takesWholeWords: isLlama3),
        () => [new ByteLevelDecoding()]);

    private static Dictionary<string, int> Ids(IReadOnlyList<string?> pieces, string path)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
        {
            _ = pieces[id] is { } piece && ids.TryAdd(piece, id);
        }

        var missing = Enumerable.Range(0, 256).Where(b => !ids.ContainsKey(ByteAlphabet.Spell((byte)b).ToString())).ToArray();
        return missing.Length == 0 ? ids
            : throw new UserErrorException(
                $"The tokenizer '{path}' lacks the byte {missing[0]}; a vocabulary of ranks or merges must hold all 256.");
    }

    /// <summary>Llama-3's 256 special tokens in order; most are reserved.</summary>
    private static IEnumerable<string> Llama3SpecialTokens()
    {
        string[] named =
            ["<|begin_of_text|>", "<|end_of_text|>", "", "", "", "", "<|start_header_id|>", "<|end_header_id|>", "", "<|eot_id|>"];
        var reserved = 0;
        for (var i = 0; i < Llama3Specials; i++)
        {
            yield return i < named.Length && named[i].Length > 0 ? named[i] : $"<|reserved_special_token_{reserved++}|>";
        }
    }
}
