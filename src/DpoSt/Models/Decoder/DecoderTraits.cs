using DpoSt.Tensors.Kernels;

namespace DpoSt.Models.Decoder;

/// <summary>What a decoder computes: all that families differ in. Shapes: D <see cref="HiddenSize"/>, H <see cref="Heads"/>, G
/// <see cref="KeyValueHeads"/>, K <see cref="HeadSize"/>, F <see cref="IntermediateSize"/>, V <see cref="VocabSize"/>.</summary>
internal sealed record DecoderTraits
{
    /// <summary>config.json's <c>model_type</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads, each shared by H / G query heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Size of a head; heads times this need not be D.</summary>
    public required int HeadSize { get; init; }

    /// <summary>The layers, first to last.</summary>
    public required IReadOnlyList<LayerTraits> Layers { get; init; }

    /// <summary>Epsilon of all norms.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether norms multiply by one plus their weight, which then starts at zero.</summary>
    public bool NormsAddOne { get; init; }

    /// <summary>Whether what attention and feed-forward give is normed too, before it joins the stream.</summary>
    public bool NormsAfter { get; init; }

    /// <summary>Whether queries and keys are normed, head by head, before positions are applied.</summary>
    public bool NormsHeads { get; init; }

    /// <summary>Whether query, key and value have biases.</summary>
    public bool InputBias { get; init; }

    /// <summary>Whether attention's output has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward maps have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether a checkpoint keeps query, key and value in one matrix, and gate and up in another.</summary>
    public bool IsFused { get; init; }

    /// <summary>The gate's activation.</summary>
    public GatedActivation Activation { get; init; } = GatedActivation.Silu;

    /// <summary>What embeddings are multiplied with.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>What queries are multiplied with; 1 / sqrt(K) where null.</summary>
    public double? QueryScale { get; init; }

    /// <summary>Attention scores are cap tanh(score / cap); null leaves them.</summary>
    public double? ScoreCap { get; init; }

    /// <summary>So are logits.</summary>
    public double? LogitCap { get; init; }

    /// <summary>Whether the head is the embedding.</summary>
    public bool IsTied { get; init; }

    /// <summary>Dropout of attention probabilities in training.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Standard deviation of fresh matrices.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Width of all query heads together.</summary>
    public int Inner => Heads * HeadSize;

    /// <summary>Width of all key (or value) heads together.</summary>
    public int KeyValueInner => KeyValueHeads * HeadSize;

    /// <summary>What queries are multiplied with, in effect.</summary>
    public double Scale => QueryScale ?? 1 / Math.Sqrt(HeadSize);

    /// <summary>The windows in use, null for layers that see everything.</summary>
    public IReadOnlyList<int?> Windows => [.. Layers.Select(layer => layer.Window).Distinct()];

    /// <summary>The length beyond which a text's positions turn by other frequencies; null where there is none.</summary>
    public int? RopeLimit => Layers.Select(layer => layer.Rope).FirstOrDefault(rope => rope?.Long is not null)?.Limit;
}

/// <summary>What layers of a decoder differ in.</summary>
/// <param name="Rope">Its rotary positions; null where it has none.</param>
/// <param name="Window">How many tokens a token sees, itself included; null is all before it.</param>
internal sealed record LayerTraits(Rope? Rope, int? Window = null);
