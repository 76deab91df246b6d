using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Data.Synthetic;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Tokenizers.Original;

/// <summary>Small tokenizer.json files for the tests, made part by part; a part is the JSON text of its fields.</summary>
internal sealed record SmallTokenizer
{
    public const string NoCut = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""";

    // It puts a space before every part that has none, which shows where the text was cut.
    public const string ShowCuts = """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":false}""";

    private static readonly JsonNode Trained = JsonNode.Parse(BpeTrainer.Train(
        SyntheticProblems.OneStep(500, 1).Select(p => p.Question).Concat(["don't we'll it's I'm", "été où naïve"]), 600, sentinels: 0))!;

    private static readonly string[] Characters =
    [
        .. Enumerable.Range(33, 94).Select(c => ((char)c).ToString()), "▁", "é", "中", "文", "▁▁", "Ж", "ß", "İ", "😀", "語", "\n", "\u0301",
    ];

    public string Normalizer { get; init; } = "null";
    public string PreTokenizer { get; init; } = NoCut;
    public string PostProcessor { get; init; } = "null";
    public string Decoder { get; init; } = """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""";
    public string Added { get; init; } = "";
    public string Model { get; init; } = Trained["model"]!.ToJsonString();

    /// <summary>A byte-level BPE with the fields of its model changed.</summary>
    public static string ByteLevelModel(params (string Field, JsonNode? Value)[] changes)
    {
        var model = Trained["model"]!.DeepClone();
        foreach (var (field, value) in changes)
        {
            model[field] = value;
        }

        return model.ToJsonString();
    }

    /// <summary>A BPE over characters and U+2581, with the byte tokens that are asked for.</summary>
    public static string Characterwise(bool fallsBack, bool fuses, bool hasUnknown = true, int bytes = 256, bool ignoresMerges = false)
    {
        string[] pieces = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, bytes).Select(b => $"<0x{b:X2}>"), .. Characters];
        var ids = pieces.Select((piece, id) => (piece, id)).ToDictionary(p => p.piece, p => p.id, StringComparer.Ordinal);
        var merges = new JsonArray();
        foreach (var word in Words().Take(150))
        {
            var spelt = "▁" + word;
            for (var length = 2; length <= Math.Min(spelt.Length, 5); length++)
            {
                var (left, right) = (spelt[..(length - 1)], spelt[(length - 1)..length]);
                if (ids.TryAdd(left + right, ids.Count))
                {
                    merges.Add((JsonNode)new JsonArray(left, right));
                }
            }
        }

        (string, string)[] more =
            [("h", "e"), ("t", "he"), ("a", "p"), ("ap", "p"), ("l", "e"), ("app", "le"), ("▁", "▁▁"), ("1", "2"), ("é", "é")];
        foreach (var (left, right) in more)
        {
            if (ids.ContainsKey(left) && ids.ContainsKey(right))
            {
                ids.TryAdd(left + right, ids.Count);
                merges.Add((JsonNode)new JsonArray(left, right));
            }
        }

        return new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = hasUnknown ? "<unk>" : null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = fuses,
            ["byte_fallback"] = fallsBack,
            ["ignore_merges"] = ignoresMerges,
            ["vocab"] = new JsonObject(ids.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["merges"] = merges,
        }.ToJsonString();
    }

    /// <summary>A Unigram over words and characters, with scores of many digits.</summary>
    public static string Unigram(bool fallsBack, int bytes = 256)
    {
        string[] pieces =
        [
            "<unk>", "<s>", "</s>", .. Enumerable.Range(0, bytes).Select(b => $"<0x{b:X2}>"), .. Characters.Except(["語"]),
            .. Words().Take(120).SelectMany(w => new[] { "▁" + w, w[..((w.Length + 1) / 2)] }).Except(Characters),
            "ab", "▁the", "hem", "aa",
        ];
        var vocabulary = pieces.Distinct(StringComparer.Ordinal)
            .Select((piece, id) => (JsonNode)new JsonArray(piece, id < 3 + bytes ? 0.0 : -2 - (Math.Sin(id) * 1.7) - (1.0 / (id + 3))));
        return new JsonObject
        {
            ["type"] = "Unigram",
            ["unk_id"] = 0,
            ["vocab"] = new JsonArray([.. vocabulary]),
            ["byte_fallback"] = fallsBack,
        }.ToJsonString();
    }

    private static IEnumerable<string> Words() =>
        SyntheticProblems.OneStep(200, 2).SelectMany(p => p.Question.Split(' ')).Distinct(StringComparer.Ordinal);

    public static string Token(int id, string content, params string[] flags) => JsonSerializer.Serialize(new
    {
        id,
        content,
        single_word = flags.Contains("single_word"),
        lstrip = flags.Contains("lstrip"),
        rstrip = flags.Contains("rstrip"),
        normalized = flags.Contains("normalized"),
        special = flags.Contains("special"),
    });

    /// <summary>The file. `&lt;s&gt;` and `&lt;/s&gt;` are special tokens of every vocabulary here.</summary>
    public string Json()
    {
        var vocabulary = JsonNode.Parse(Model)!["vocab"]!;
        var ids = vocabulary is JsonObject map ? map.Count : vocabulary.AsArray().Count;
        var specials = Token(1, "</s>", "special");
        if (vocabulary is JsonArray || ((JsonObject)vocabulary).ContainsKey("<s>"))
        {
            specials = Token(1, "<s>", "special") + "," + Token(2, "</s>", "special");
        }

        var added = Added.Length == 0 ? "" : "," + Added.Replace("\"id\":-1", $"\"id\":{ids}", StringComparison.Ordinal);
        return $$"""
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{{specials}}{{added}}],"normalizer":{{Normalizer}},
            "pre_tokenizer":{{PreTokenizer}},"post_processor":{{PostProcessor}},"decoder":{{Decoder}},"model":{{Model}}}
            """;
    }
}
