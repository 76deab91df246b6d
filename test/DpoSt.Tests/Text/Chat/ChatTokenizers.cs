using System.Text.Json;
using System.Text.RegularExpressions;
using DpoSt.Tests.Text.Tokenizers;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Chat;

/// <summary>Byte-level tokenizers that know a template's special tokens.</summary>
internal static partial class ChatTokenizers
{
    /// <summary>Bytes, then the special tokens that stand in these texts.</summary>
    public static string Json(params IEnumerable<string> texts)
    {
        string[] specials =
            [.. texts.SelectMany(text => Special().Matches(text).Select(m => m.Value)).Append("</s>").Distinct(StringComparer.Ordinal)];
        return JsonSerializer.Serialize(new
        {
            added_tokens = specials.Select((content, i) => new
            {
                id = 256 + i,
                content,
                single_word = false,
                lstrip = false,
                rstrip = false,
                normalized = false,
                special = true,
            }),
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = false },
            decoder = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = false },
            model = new
            {
                type = "BPE",
                vocab = Enumerable.Range(0, 256).ToDictionary(b => TokenizerJsonFiles.Spelling[b].ToString()),
                merges = Array.Empty<string>(),
            },
        });
    }

    public static ITokenizer Of(params IEnumerable<string> texts)
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllText(folder.File("tokenizer.json"), Json(texts));
        return TokenizerLoader.Load(folder.File("tokenizer.json"));
    }

    [GeneratedRegex("<[|｜][^|｜>]+[|｜]>|<(?:start|end)_of_turn>|</?s>|<bos>|<eos>", RegexOptions.NonBacktracking)]
    private static partial Regex Special();
}
