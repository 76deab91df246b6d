using DpoSt.Text.Tokenizers.Pipeline.Decoders;
using DpoSt.Text.Tokenizers.Pipeline.Models;
using DpoSt.Text.Tokenizers.Pipeline.Normalizers;
using DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>The parts around a tokenizer's model: those that its tokenizer.json names, or those that transformers 5 gives the tokenizer of
/// a folder by its class, whatever the file names.</summary>
/// <param name="Decoding">Makes the steps that turn tokens into text again.</param>
internal sealed record PipelineParts(INormalizer? Normalizer, IPreTokenizer? PreTokenizer, Func<IDecoding[]> Decoding)
{
    private const char Mark = '\u2581';

    /// <summary>What the class does with characters that the vocabulary lacks; null is what the file says.</summary>
    public UnknownCharacters? Unknown { get; private init; }

    public static PipelineParts Of(JsonPart root, TokenizerConfig config) => config.Class switch
    {
        "GPT2Tokenizer" => Gpt2(root, config),
        "LlamaTokenizer" when IsSentencePiece(root) => Llama(config),
        _ => OfFile(root, config),
    };

    private static PipelineParts OfFile(JsonPart root, TokenizerConfig config)
    {
        var cutting = root.Part("pre_tokenizer");
        if (config.AddsPrefixSpace is { } adds && cutting is { Type: "ByteLevel" } bytes && bytes.Flag("add_prefix_space") != adds)
        {
            throw bytes.Unknown("an add_prefix_space that tokenizer_config.json beside it contradicts", "the same in both");
        }

        return new(
            root.Part("normalizer") is { } normalizing ? NormalizerReader.Read(normalizing) : null,
            cutting is { } part ? PreTokenizerReader.Read(part) : null, DecoderReader.Read(root.Part("decoder")));
    }

    /// <summary>GPT-2's words, whatever the file cuts by.</summary>
    private static PipelineParts Gpt2(JsonPart root, TokenizerConfig config) =>
        root.Find("normalizer") is null && root.Part("decoder") is { Type: "ByteLevel" } decoder && root.Find("pre_tokenizer") is not null
            ? new(null, new ByteLevelSplit(config.AddsPrefixSpace ?? false, new(ByteLevelSplit.Words)), DecoderReader.Read(decoder))
            : throw root.Unknown("the tokenizer_class GPT2Tokenizer with a normalizer, or without ByteLevel", "GPT-2's parts");

    /// <summary>Spaces are marks, one mark is put in front, and nothing is cut: before the text alone, unless the tokenizer is an old one;
    /// and not where a space is there already.</summary>
    private static PipelineParts Llama(TokenizerConfig config)
    {
        var scheme = config.AddsPrefixSpace is false ? PrependScheme.Never
            : config.IsLegacy is true ? PrependScheme.Always : PrependScheme.First;
        return new(null, new Metaspace(Mark, scheme, splits: false), scheme == PrependScheme.Never
            ? () => [Spaces(), new ByteFallbackDecoding()]
            : () => [Spaces(), new ByteFallbackDecoding(), new StripStartDecoding(' ', 1)])
        {
            Unknown = new(null, IsFused: true, FallsBackToBytes: true),
        };

        static MappedDecoding Spaces() => new((token, _) => token.Replace(Mark, ' '));
    }

    // A file of SentencePiece's BPE: others with this class, such as DeepSeek's, say by themselves how they cut.
    private static bool IsSentencePiece(JsonPart root) =>
        root.Part("model") is { } model && model.Flag("byte_fallback", false)
        && root.Part("pre_tokenizer") is null or { Type: "Metaspace" };
}
