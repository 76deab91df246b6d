using DpoSt.Text.Tokenizers.Pipeline.Decoders;
using DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads the `decoder` of a tokenizer.json: how to make its steps for one text.</summary>
internal static class DecoderReader
{
    public static Func<IDecoding[]> Read(JsonPart? decoder)
    {
        if (decoder is not { } part)
        {
            return () => [MappedDecoding.Joined()];
        }

        var (steps, flat) = (new List<Func<IDecoding>>(), Flat(part).ToArray());
        for (var i = 0; i < flat.Length; i++)
        {
            // Tokens that are one from here on are passed on as they come, where what follows can tell the start of the whole by itself.
            if (flat[i].Type is "Fuse" or "ByteLevel")
            {
                var rest = flat[(i + 1)..];
                var isStreamed = rest.All(step => step.Type == "Strip" && step.Number("stop") == 0);
                steps.AddRange(flat[i].Type == "ByteLevel" ? [ByteLevel(flat[i])] : []);
                steps.AddRange(isStreamed ? rest.Select(StripStart) : [() => new FusedDecoding(), .. rest.Select(Step)]);
                return () => [.. steps.Select(make => make())];
            }

            steps.Add(Step(flat[i]));
        }

        return () => [.. steps.Select(make => make())];
    }

    private static IEnumerable<JsonPart> Flat(JsonPart part) =>
        part.Type == "Sequence" ? part.Only("decoders").Parts("decoders").SelectMany(Flat) : [part];

    private static Func<IDecoding> Step(JsonPart part)
    {
        switch (part.Type)
        {
            case "Fuse":
                return part.Bare<Func<IDecoding>>(() => new FusedDecoding());
            case "ByteFallback":
                return part.Bare<Func<IDecoding>>(() => new ByteFallbackDecoding());
            case "ByteLevel":
                throw part.Unknown("a ByteLevel behind a Fuse or another ByteLevel", "one of them");
            case "Replace":
                var replace = NormalizerReader.Replace(part);
                return () => new MappedDecoding((token, _) => replace.Apply(token));
            case "Strip":
                var (content, start, stop) = Strip(part);
                return () => new StripDecoding(content, start, stop);
            case "Metaspace":
                var (mark, scheme) = (part.Character("replacement"), PreTokenizerReader.MetaspaceScheme(part));
                return () => MappedDecoding.Metaspace(mark, scheme != PrependScheme.Never);
            case "WordPiece":
                var (prefix, cleansUp) = (part.Only("prefix", "cleanup").Text("prefix"), part.Flag("cleanup"));
                return () => MappedDecoding.WordPiece(prefix, cleansUp);
            case "BPEDecoder":
                var suffix = NotEmpty(part.Only("suffix"), "suffix");
                return () => new SuffixDecoding(suffix);
            case "CTC":
                var (pad, delimiter) = (NotEmpty(part.Only("pad_token", "word_delimiter_token", "cleanup"), "pad_token"),
                    NotEmpty(part, "word_delimiter_token"));
                var cleans = part.Flag("cleanup");
                return () => new CtcDecoding(pad, delimiter, cleans);
            default:
                throw part.UnknownType(
                    "Sequence", "ByteLevel", "Fuse", "ByteFallback", "Replace", "Strip", "Metaspace", "WordPiece", "BPEDecoder", "CTC");
        }
    }

    // Its fields matter to the pre-tokenizer alone.
    private static Func<IDecoding> ByteLevel(JsonPart part) =>
        part.Bare<Func<IDecoding>>(() => new ByteLevelDecoding(), "add_prefix_space", "trim_offsets", "use_regex");

    private static Func<IDecoding> StripStart(JsonPart part)
    {
        var (content, start, _) = Strip(part);
        return () => new StripStartDecoding(content, start);
    }

    private static (char Content, int Start, int Stop) Strip(JsonPart part) =>
        (part.Only("content", "start", "stop").Character("content"), part.Number("start"), part.Number("stop"));

    private static string NotEmpty(JsonPart part, string field) =>
        part.Text(field) is { Length: > 0 } text ? text : throw part.Unknown($"an empty '{field}'", "texts");
}
