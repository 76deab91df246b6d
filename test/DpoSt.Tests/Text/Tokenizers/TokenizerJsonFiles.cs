using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Text.Tokenizers;
using DpoSt.Text.Tokenizers.Json;
using DpoSt.Text.Tokenizers.SentencePiece;

namespace DpoSt.Tests.Text.Tokenizers;

/// <summary>
/// Writes the `tokenizer.json` of the shared raw vocabularies, by the format's documentation and in the shapes that the hub has.
/// </summary>
internal static class TokenizerJsonFiles
{
    private const string Words = @"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|";

    /// <summary>GPT-2's spelling of bytes: those that print as themselves, the others from U+0100 on in their order.</summary>
    public static readonly char[] Spelling =
    [
        .. Enumerable.Range(0, 256).Select(b => Prints(b) ? (char)b : (char)(256 + Enumerable.Range(0, b).Count(other => !Prints(other))))
    ];

    public static ITokenizer Read(string json, string name = "test") =>
        TokenizerJson.Read(Encoding.UTF8.GetBytes(json), name, TokenizerConfig.None);

    /// <summary>T5 as `t5-*` and `flan-t5-*` have it.</summary>
    public static string T5() => T5(
        map => map,
        Sequence("pretokenizers", Step("WhitespaceSplit"), Step("Metaspace", ("replacement", "▁"), ("add_prefix_space", true))));

    /// <summary>T5 as transformers 4.40 and later convert it.</summary>
    public static string T5Converted() => T5(
        map => Sequence(
            "normalizers",
            map,
            Step("Strip", ("strip_left", false), ("strip_right", true)),
            Step("Replace", ("pattern", new JsonObject { ["Regex"] = " {2,}" }), ("content", "▁"))),
        Step("Metaspace", ("replacement", "▁"), ("prepend_scheme", "always"), ("split", true)));

    /// <summary>Llama-3: every cut of a token into two tokens is a merge, in the order of the ranks; merges are "a b".</summary>
    public static string Llama3()
    {
        var pieces = File.ReadLines(SharedFolder.Path("tokenizers", "llama-3", "tokenizer.model"))
            .Where(line => line.Length > 0).Select(line => Spell(Convert.FromBase64String(line.Split(' ')[0]))).ToArray();
        var ranks = pieces.Select((piece, rank) => (piece, rank)).ToDictionary(p => p.piece, p => p.rank, StringComparer.Ordinal);
        var merges = pieces.SelectMany(piece => Enumerable.Range(1, piece.Length - 1)
            .Select(cut => (Left: piece[..cut], Right: piece[cut..]))
            .Where(pair => ranks.ContainsKey(pair.Left) && ranks.ContainsKey(pair.Right))
            .OrderBy(pair => (ranks[pair.Left], ranks[pair.Right]))
            .Select(pair => (JsonNode)$"{pair.Left} {pair.Right}"));
        string[] specials =
            ["<|begin_of_text|>", "<|end_of_text|>", .. Enumerable.Range(0, 254).Select(i => $"<|reserved_special_token_{i}|>")];
        return ByteLevel(
            ranks,
            merges,
            Contractions + Words,
            specials.Select((content, i) => Added(pieces.Length + i, content)),
            normalizer: null,
            Sequence("processors", ByteLevelStep(), Template("<|begin_of_text|>", pieces.Length, first: true)),
            ignoresMerges: true);
    }

    /// <summary>Qwen2: merges are ["a", "b"], as newer files have them.</summary>
    public static string Qwen2()
    {
        var vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(
            File.ReadAllBytes(SharedFolder.Path("tokenizers", "qwen", "vocab.json")))!;
        var merges = File.ReadLines(SharedFolder.Path("tokenizers", "qwen", "merges.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))
            .Select(line => (JsonNode)new JsonArray([.. line.Split(' ').Select(part => (JsonNode)part)]));
        string[] specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
        return ByteLevel(
            vocabulary,
            merges,
            Contractions + Words.Replace("{1,3}", "", StringComparison.Ordinal),
            specials.Select((content, i) => Added(vocabulary.Count + i, content)),
            Step("NFC"),
            ByteLevelStep(),
            ignoresMerges: false);
    }

    private static string T5(Func<JsonNode, JsonNode> normalizer, JsonNode preTokenizer)
    {
        var file = SentencePieceModel.Read(File.ReadAllBytes(SharedFolder.Path("tokenizers", "t5", "spiece.model")), "spiece.model");
        var sentinels = Enumerable.Range(0, 100).Select(i => (Id: file.Pieces.Count + i, Content: $"<extra_id_{99 - i}>")).ToArray();
        JsonNode[] special = [Added(0, "<pad>"), Added(1, "</s>"), Added(2, "<unk>"), .. sentinels.Select(s => Added(s.Id, s.Content))];
        var vocabulary = file.Pieces.Select(p => new JsonArray(p.Text, (double)p.Score))
            .Concat(sentinels.Select(s => new JsonArray(s.Content, 0.0)));
        return Write(
            special,
            normalizer(Step("Precompiled", ("precompiled_charsmap", Convert.ToBase64String(file.CharacterMap)))),
            preTokenizer,
            Template("</s>", 1, first: false),
            Step("Metaspace", ("replacement", "▁"), ("prepend_scheme", "always"), ("split", true)),
            Step("Unigram", ("unk_id", 2), ("vocab", new JsonArray([.. vocabulary]))));
    }

    private static string ByteLevel(
        Dictionary<string, int> vocabulary, IEnumerable<JsonNode> merges, string pattern, IEnumerable<JsonNode> added, JsonNode? normalizer,
        JsonNode postProcessor, bool ignoresMerges) => Write(
        added,
        normalizer,
        Sequence(
            "pretokenizers",
            Step("Split", ("pattern", new JsonObject { ["Regex"] = pattern }), ("behavior", "Isolated"), ("invert", false)),
            ByteLevelStep()),
        postProcessor,
        ByteLevelStep(),
        Step(
            "BPE",
            ("dropout", null),
            ("unk_token", null),
            ("continuing_subword_prefix", ignoresMerges ? null : ""),
            ("end_of_word_suffix", ignoresMerges ? null : ""),
            ("fuse_unk", false),
            ("byte_fallback", false),
            ("ignore_merges", ignoresMerges),
            ("vocab", new JsonObject(vocabulary.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)))),
            ("merges", new JsonArray([.. merges]))));

    private static string Write(
        IEnumerable<JsonNode> added, JsonNode? normalizer, JsonNode preTokenizer, JsonNode postProcessor, JsonNode decoder,
        JsonNode model) =>
        new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. added]),
            ["normalizer"] = normalizer,
            ["pre_tokenizer"] = preTokenizer,
            ["post_processor"] = postProcessor,
            ["decoder"] = decoder,
            ["model"] = model,
        }.ToJsonString();

    private static JsonObject Added(int id, string content) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonObject Template(string token, int id, bool first)
    {
        var special = new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = 0 } };
        var text = new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } };
        return Step(
            "TemplateProcessing",
            ("single", first ? new JsonArray(special, text) : new JsonArray(text, special)),
            ("pair", new JsonArray(text.DeepClone(), new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "B", ["type_id"] = 1 } })),
            ("special_tokens", new JsonObject
            {
                [token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(token) },
            }));
    }

    private static JsonObject ByteLevelStep() =>
        Step("ByteLevel", ("add_prefix_space", false), ("trim_offsets", true), ("use_regex", false));

    private static JsonObject Sequence(string name, params JsonNode[] steps) => Step("Sequence", (name, new JsonArray([.. steps])));

    private static JsonObject Step(string type, params (string Name, JsonNode? Value)[] settings) =>
        new([KeyValuePair.Create("type", (JsonNode?)type), .. settings.Select(s => KeyValuePair.Create(s.Name, s.Value))]);

    private static string Spell(byte[] bytes) => string.Concat(bytes.Select(b => Spelling[b]));

    private static bool Prints(int b) => b is (> 0x20 and < 0x7F) or (> 0xA0 and not 0xAD);
}
