using System.Text.Json;
using DpoSt.Text.Tokenizers.SentencePiece;
using static DpoSt.Text.Tokenizers.Json.TokenizerJson;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>The Unigram model of a `tokenizer.json`, as transformers writes T5's.</summary>
internal static class TokenizerJsonUnigram
{
    private const string Supported = "Precompiled, Strip on the right with a Replace of \" {2,}\", WhitespaceSplit and Metaspace";

    public static IEnumerable<(string Piece, int Id)> Vocabulary(JsonElement model) =>
        Entries(model).Select((entry, id) => (entry.Piece, id));

    /// <param name="special">The special ids: the file's vocabulary names them, but ordinary text never becomes one.</param>
    public static ISegmentEncoder Encoder(JsonElement root, JsonElement model, HashSet<int> special, string path)
    {
        var pieces = Entries(model).Select((entry, id) => (special.Contains(id) ? null : entry.Piece, entry.Score)).ToArray();
        if (Flag(model, "byte_fallback"))
        {
            throw Unsupported(path, "a Unigram model with byte_fallback", "those without");
        }

        var unknown = model.GetProperty("unk_id").GetInt32();
        return unknown >= 0 && unknown < pieces.Length
            ? new Unigram(pieces, unknown, Normalizer(root, path))
            : throw new UserErrorException(
                $"The tokenizer '{path}' has the unk_id {unknown}, which its vocabulary of {pieces.Length} lacks.");
    }

    private static IEnumerable<(string Piece, float Score)> Entries(JsonElement model) =>
        model.GetProperty("vocab").EnumerateArray().Select(entry => entry.GetArrayLength() == 2
            ? (StringOf(entry[0]), entry[1].GetSingle())
            : throw new FormatException("An entry of its vocabulary is not a piece and a score."));

    /// <summary>Extra spaces go by a WhitespaceSplit or by a Strip and a Replace; with Metaspace both do what SentencePiece does.</summary>
    private static SentencePieceNormalizer Normalizer(JsonElement root, string path)
    {
        var map = new CharacterMap([]);
        var (strips, joins, splits) = (false, false, false);
        Place[] prefixed = [];
        foreach (var part in Parts(root, "normalizer").Concat(Parts(root, "pre_tokenizer")))
        {
            switch (Type(part))
            {
                case "Precompiled":
                    map = new(part.GetProperty("precompiled_charsmap").GetBytesFromBase64());
                    break;
                case "Strip" when !Flag(part, "strip_left") && Flag(part, "strip_right"):
                    strips = true;
                    break;
                case "Replace" when Pattern(part) == ("Regex", " {2,}") && StringOf(part.GetProperty("content")) is " " or "\u2581":
                    joins = true;
                    break;
                case "WhitespaceSplit":
                    splits = true;
                    break;
                case "Metaspace":
                    prefixed = PrefixPlaces(part);
                    break;
                default:
                    throw Unsupported(path, $"a step of type '{Type(part)}' with its settings before a Unigram model", Supported);
            }
        }

        return strips == joins
            ? new(map, prefixed, splits || strips)
            : throw Unsupported(path, "a Strip or a Replace alone before a Unigram model", Supported);
    }
}
