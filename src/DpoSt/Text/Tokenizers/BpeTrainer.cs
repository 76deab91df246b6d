using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Text.Tokenizers.ByteLevel;
using DpoSt.Text.Tokenizers.Pipeline;
using DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

namespace DpoSt.Text.Tokenizers;

/// <summary>Trains a small byte-level BPE vocabulary (Sennrich et al. 2016) and writes it as a `tokenizer.json` that Hugging Face's library
/// loads: `&lt;pad&gt;` 0, `&lt;/s&gt;` 1, `&lt;unk&gt;` 2, T5's sentinels, the 256 bytes, then the merges. Digits and symbols never merge
/// with each other, so that a model reads numbers digit by digit. The same texts give the same file.</summary>
internal static class BpeTrainer
{
    /// <summary>Words: one digit, a run of letters, or one symbol, each with the space before it; else a run of spaces.</summary>
    public const string SplitPattern = @" ?\p{N}| ?\p{L}+| ?[^\s\p{L}\p{N}]|\s+";

    private static readonly JsonSerializerOptions Json =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Trains and returns the text of `tokenizer.json`.</summary>
    /// <param name="texts">What the vocabulary should fit.</param>
    /// <param name="vocabularySize">The number of tokens wanted; fewer where no pair occurs twice any more.</param>
    /// <param name="sentinels">How many `&lt;extra_id_N&gt;` tokens to hold for span corruption.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size does not even hold the special tokens and the bytes.</exception>
    public static string Train(IEnumerable<string> texts, int vocabularySize, int sentinels = 100)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfNegative(sentinels);
        string[] specials = ["<pad>", "</s>", "<unk>", .. Enumerable.Range(0, sentinels).Select(i => $"<extra_id_{i}>")];
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, specials.Length + 256);
        var pieces = new List<string>([.. specials, .. Enumerable.Range(0, 256).Select(b => ByteAlphabet.Spell((byte)b).ToString())]);
        var words = CountWords(texts, firstByte: specials.Length);
        var ids = pieces.Select((piece, id) => (piece, id)).ToDictionary(p => p.piece, p => p.id, StringComparer.Ordinal);
        var merges = new List<(string Left, string Right)>();
        while (pieces.Count < vocabularySize && MostFrequent(words, pieces) is var (left, right))
        {
            // Two ways to the same piece (a+bc, ab+c) are two merges and one token.
            var piece = pieces[left] + pieces[right];
            merges.Add((pieces[left], pieces[right]));
            if (ids.TryAdd(piece, pieces.Count))
            {
                pieces.Add(piece);
            }

            foreach (var word in words)
            {
                Join(word.Ids, left, right, ids[piece]);
            }
        }

        return Write(specials, pieces, merges).ToJsonString(Json);
    }

    private static List<(List<int> Ids, long Count)> CountWords(IEnumerable<string> texts, int firstByte)
    {
        var splitter = new PatternSplit(new(SplitPattern), Behaviour.Isolated, inverts: false);
        var (words, counts) = (new List<Stretch>(), new Dictionary<string, long>(StringComparer.Ordinal));
        foreach (var text in texts.Where(t => t.Length > 0))
        {
            words.Clear();
            splitter.Split(new(text.AsMemory(), 0), continues: false, words);
            foreach (var word in words)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, word.Text.ToString(), out _)++;
            }
        }

        return [
            .. counts.OrderBy(p => p.Key, StringComparer.Ordinal)
                .Select(p => (Encoding.UTF8.GetBytes(p.Key).Select(b => firstByte + b).ToList(), p.Value))
        ];
    }

    /// <summary>The pair that occurs most often, at least twice; of equals the first in the order of their spelling.</summary>
    private static (int Left, int Right)? MostFrequent(List<(List<int> Ids, long Count)> words, List<string> pieces)
    {
        var counts = new Dictionary<(int, int), long>();
        foreach (var (ids, count) in words)
        {
            for (var i = 0; i + 1 < ids.Count; i++)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, (ids[i], ids[i + 1]), out _) += count;
            }
        }

        (int Left, int Right)? best = null;
        var most = 1L;
        foreach (var (pair, count) in counts)
        {
            if (count > most || (count == most && best is var (l, r) && IsBefore(pair, (l, r), pieces)))
            {
                (best, most) = (pair, count);
            }
        }

        return best;
    }

    private static bool IsBefore((int Left, int Right) a, (int Left, int Right) b, List<string> pieces) =>
        string.CompareOrdinal(pieces[a.Left], pieces[b.Left]) is var order && order != 0
            ? order < 0 : string.CompareOrdinal(pieces[a.Right], pieces[b.Right]) < 0;

    private static void Join(List<int> ids, int left, int right, int joined)
    {
        for (var i = 0; i + 1 < ids.Count; i++)
        {
            if (ids[i] == left && ids[i + 1] == right)
            {
                ids[i] = joined;
                ids.RemoveAt(i + 1);
            }
        }
    }

    private static JsonObject Write(string[] specials, List<string> pieces, List<(string Left, string Right)> merges) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. specials.Select((content, id) => new JsonObject
        {
            ["id"] = id,
            ["content"] = content,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        })]),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Split",
                    ["pattern"] = new JsonObject { ["Regex"] = SplitPattern },
                    ["behavior"] = "Isolated",
                    ["invert"] = false,
                },
                ByteLevel(useRegex: false)),
        },
        ["post_processor"] = new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray(Sequence("A", 0), End(0)),
            ["pair"] = new JsonArray(Sequence("A", 0), End(0), Sequence("B", 1), End(1)),
            ["special_tokens"] = new JsonObject
            {
                ["</s>"] = new JsonObject { ["id"] = "</s>", ["ids"] = new JsonArray(1), ["tokens"] = new JsonArray("</s>") },
            },
        },
        ["decoder"] = ByteLevel(useRegex: true),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(pieces.Select((piece, id) => KeyValuePair.Create(piece, (JsonNode?)id))),
            ["merges"] = new JsonArray([.. merges.Select(m => new JsonArray(m.Left, m.Right))]),
        },
    };

    private static JsonObject ByteLevel(bool useRegex) =>
        new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = useRegex };

    private static JsonObject Sequence(string id, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = id, ["type_id"] = type } };
    private static JsonObject End(int type) => new() { ["SpecialToken"] = new JsonObject { ["id"] = "</s>", ["type_id"] = type } };
}
