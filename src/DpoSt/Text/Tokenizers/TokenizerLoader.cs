using DpoSt.Text.Tokenizers.ByteLevel;
using DpoSt.Text.Tokenizers.Json;
using DpoSt.Text.Tokenizers.SentencePiece;

namespace DpoSt.Text.Tokenizers;

/// <summary>Finds and reads the tokenizer of a model, whatever its files are.</summary>
internal static class TokenizerLoader
{
    // tokenizer.json comes first: of the files in a folder it alone holds the tokens that were added later.
    private static readonly string[] Names = ["tokenizer.json", "spiece.model", "tokenizer.model", "vocab.json"];

    /// <summary>Loads a tokenizer from a file or from what a folder holds: `tokenizer.json` (Hugging Face, BPE or Unigram), `spiece.model`
    /// (T5: `&lt;/s&gt;` last, 100 sentinels), `tokenizer.model` (Llama-2's SentencePiece or Llama-3's ranks, by content), or `vocab.json`
    /// with `merges.txt` (Qwen2). What lies beside it (`tokenizer_config.json`, `special_tokens_map.json`) names the special tokens; for a
    /// folder it counts whole, as in transformers, added tokens and a GPT2Tokenizer's own words included.</summary>
    /// <exception cref="UserErrorException">There is no tokenizer, or it is not one that dpost knows.</exception>
    public static ITokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = File.Exists(path) ? path : FindIn(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var config = TokenizerConfigFiles.ReadBeside(folder);
        config = File.Exists(path) ? config.OfFile() : config;
        return Path.GetFileName(file) switch
        {
            "vocab.json" or "merges.txt" => Qwen2(folder, config),
            var name when name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) =>
                TokenizerJson.Read(WholeFile.ReadBytes(file, WholeFile.Tokenizer), file, config),
            _ when IsTiktoken(file) => ByteLevelFiles.Tiktoken(file, config),
            _ => SentencePieceFile.Read(WholeFile.ReadBytes(file, WholeFile.Tokenizer), file, config),
        };
    }

    /// <summary>Whether a folder holds a tokenizer, readable or not.</summary>
    internal static bool IsIn(string folder) => Names.Any(name => File.Exists(Path.Combine(folder, name)));

    private static ITokenizer Qwen2(string folder, TokenizerConfig config)
    {
        var (vocabulary, merges) = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        var missing = new[] { vocabulary, merges }.FirstOrDefault(f => !File.Exists(f));
        return missing is null
            ? ByteLevelFiles.Qwen2(vocabulary, merges, config)
            : throw new UserErrorException(
                $"The tokenizer in '{folder}' is incomplete: vocab.json and merges.txt belong together, but '{missing}' is not there.");
    }

    /// <summary>A SentencePiece file begins with the tag of its first piece, a line feed: not a character of base64.</summary>
    private static bool IsTiktoken(string file)
    {
        using var stream = File.OpenRead(file);
        return stream.ReadByte() is var first && first >= 0 && (char.IsAsciiLetterOrDigit((char)first) || first is '+' or '/');
    }

    private static string FindIn(string folder) =>
        Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new UserErrorException(
            $"There is no tokenizer at '{folder}': expected a folder with one of {string.Join(", ", Names)}, or such a file.");
}
