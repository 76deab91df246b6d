using DpoSt.Models.Costs;
using DpoSt.Models.Decoding;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.T5;

/// <summary>T5 as a conditional language model (Raffel et al. 2020; T5ForConditionalGeneration of transformers): v1.0 (relu, tied head) and
/// v1.1 with Flan-T5 (gated GELU, untied head). Shapes: B rows, P prompts, S source, T target, D model, V vocabulary, M scored
/// tokens.</summary>
internal sealed class T5Model : ILanguageModel
{
    private const int DecoderSites = 1 << 24;
    private readonly T5Stack encoder;
    private readonly T5Stack decoder;
    private readonly Linear head;

    /// <summary>A model over parameters laid out by <see cref="T5Weights.Specs"/>; it owns them.</summary>
    /// <param name="recomputesBlocks">Whether blocks are computed again in the backward pass instead of being kept for it.</param>
    public T5Model(T5Config config, IWeights weights, bool recomputesBlocks = false)
    {
        Config = config;
        Weights = weights;
        encoder = new T5Stack(config, "encoder", config.NumLayers, crosses: false, weights.Linear, name => weights[name], recomputesBlocks);
        decoder = new T5Stack(
            config, "decoder", config.DecoderLayers, crosses: true, weights.Linear, name => weights[name], recomputesBlocks);
        head = weights.Linear(HeadName);
    }

    public T5Config Config { get; }
    public string ModelType => Config.ModelType;
    public bool IsCausal => false;
    public int VocabularySize => Config.VocabSize;
    public ScalarType ProductType => head.Dtype;
    public double DropoutRate => Config.DropoutRate;

    public IWeights Weights { get; }
    public ParameterSet Parameters => Weights.Trainable;

    /// <summary>The parameter that is the head's weight [V, D]: the embedding where tied.</summary>
    public string HeadName => Config.IsTied ? T5Weights.Shared : T5Weights.Head;

    /// <summary>The decoder's first token.</summary>
    public int StartToken => Config.DecoderStartTokenId ?? Config.PadTokenId;

    public Tensor CompletionStates(TokenBatch batch, Dropout? dropout)
    {
        using var scope = NewDisposeScope();
        var states = Decode(batch, dropout);                                                            // [B * T, D]
        var width = PaddedIds.Width(batch.Completions);
        var rows = new long[batch.ScoredTokens];
        for (int b = 0, m = 0; b < batch.Completions.Count; b++)
        {
            for (var t = 0; t < batch.Completions[b].Length; t++, m++)
            {
                rows[m] = b * width + t;
            }
        }

        var scored = states.index_select(0, tensor(rows, device: states.device));                       // [M, D]
        return Weights.Enter(HeadName, scored).MoveToOuterDisposeScope();
    }

    public IStepDecoder NewDecoder(int slots, int maxPromptTokens, int maxNewTokens) =>
        new T5Decoder(this, slots, maxPromptTokens, maxNewTokens);

    /// <summary>The encoder's output [P * S, D], prompts padded to S; <paramref name="watch"/> sees the stream after every layer.</summary>
    public Tensor Encode(IReadOnlyList<int[]> prompts, RowDropout? dropout, Action<Tensor>? watch = null)
    {
        using var scope = NewDisposeScope();
        var width = PaddedIds.Width(prompts);
        MemoryCheck.CheckAttention(Weights.Device, prompts.Count, Config.NumHeads, width);
        var x = Embed(PaddedIds.Flat(prompts, width, Config.PadTokenId, Weights.Device));             // [P * S, D]
        var bias = RelativePosition.Bias(Weights.Fetch("encoder.bias"), width, width, bidirectional: true, Config);
        bias = PaddedIds.Mask(prompts, width, Weights.Device) is { } mask ? bias.add(mask) : bias;   // [1 or P, H, S, S]
        return encoder.Forward(x, new T5BatchAttention(Config.NumHeads, prompts.Count, bias, null, dropout), dropout, Weights.Enter, watch)
            .MoveToOuterDisposeScope();
    }

    /// <summary>The decoder's output [B * T, D] for completions shifted right behind the start token; the same watch.</summary>
    public Tensor Decode(TokenBatch batch, Dropout? dropout, Action<Tensor>? watch = null)
    {
        using var scope = NewDisposeScope();
        var device = Weights.Device;
        var (source, target) = (PaddedIds.Width(batch.Prompts), PaddedIds.Width(batch.Completions));
        MemoryCheck.CheckAttention(device, batch.Completions.Count, Config.NumHeads, target);
        var firstOf = batch.Prompts.Select((_, p) => batch.Examples[Array.IndexOf(batch.PromptOf, p)]).ToArray();
        var memory = Encode(batch.Prompts, Rows(dropout, firstOf, source, 0));
        var own = batch.PromptOf.Select((p, b) => p == b).All(same => same) && batch.Prompts.Count == batch.Completions.Count;
        var padding = PaddedIds.Mask([.. batch.PromptOf.Select(p => batch.Prompts[p])], source, device);
        var promptOf = own ? null : tensor(batch.PromptOf.Select(p => (long)p).ToArray(), device: device);

        var inputs = batch.Completions.Select(c => (int[])[StartToken, .. c[..^1]]).ToArray();
        var x = Embed(PaddedIds.Flat(inputs, target, Config.PadTokenId, device));                        // [B * T, D]
        var causal = full(target, target, float.MinValue, device: device).triu(1);
        var bias = RelativePosition.Bias(Weights.Fetch("decoder.bias"), target, target, bidirectional: false, Config).add(causal);
        var rows = Rows(dropout, batch.Examples, target, DecoderSites);
        var attention = new T5BatchAttention(
            Config.NumHeads, inputs.Length, bias, new T5Memory(memory, batch.Prompts.Count, padding, promptOf), rows);
        return decoder.Forward(x, attention, rows, Weights.Enter, watch).MoveToOuterDisposeScope();
    }

    public Tensor Logits(Tensor states)
    {
        using var scope = NewDisposeScope();
        var scaled = Config.IsScaled ? states.mul(Math.Pow(Config.DModel, -0.5)) : states;
        return head.call(scaled).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        encoder.Dispose();
        decoder.Dispose();
        Weights.Dispose();
    }

    private Tensor Embed(Tensor ids) => Weights.Begin(Weights.Fetch(T5Weights.Shared).index_select(0, ids).In(Weights.Dtype));

    private RowDropout? Rows(Dropout? dropout, long[] examples, int length, int firstSite) =>
        dropout is null ? null : new RowDropout(dropout, examples, length, Config.NumHeads, firstSite);
}
