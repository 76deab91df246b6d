using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.Decoder;

/// <summary>A decoder's layers: attention and a gated feed-forward around a residual stream, with norms before each, and behind each where
/// the traits say so (Touvron et al. 2023; Gemma Team 2024). Tokens of all rows are below each other in one matrix; how they attend to
/// each other is the <see cref="IDecoderAttention"/>'s affair, so that training and decoding share these lines. Shapes: N tokens, D model,
/// H query heads, G key-value heads, K head size, I = H K, F feed-forward.</summary>
internal sealed class DecoderStack : IDisposable
{
    private readonly Layer[] layers;
    private readonly Norm finalNorm;
    private readonly bool recomputes;

    /// <summary>The layers; a stack that recomputes computes them again in the backward pass instead of keeping them.</summary>
    public DecoderStack(DecoderTraits traits, Func<string, Linear> linear, Func<string, Tensor> weight, bool recomputes = false)
    {
        this.recomputes = recomputes;
        finalNorm = NormOf("norm")!;
        layers = [.. Enumerable.Range(0, traits.Layers.Count).Select(i => $"layer.{i}").Select(name => new Layer(
            traits, NormOf($"{name}.attention.norm")!, Map($"{name}.attention.qkv", traits.InputBias),
            NormOf($"{name}.attention.queryNorm", traits.NormsHeads), NormOf($"{name}.attention.keyNorm", traits.NormsHeads),
            Map($"{name}.attention.output", traits.OutputBias), NormOf($"{name}.attention.normAfter", traits.NormsAfter),
            NormOf($"{name}.feedForward.norm")!, Map($"{name}.feedForward.up", traits.FeedForwardBias),
            Map($"{name}.feedForward.down", traits.FeedForwardBias), NormOf($"{name}.feedForward.normAfter", traits.NormsAfter)))];

        Norm? NormOf(string name, bool has = true) => has ? new Norm(weight(name), traits.NormEpsilon, traits.NormsAddOne) : null;
        AffineMap Map(string name, bool bias) => new(linear(name), bias ? weight($"{name}.bias") : null);
    }

    /// <summary>x [N, D] after embedding gives [N, D] after the final norm.</summary>
    /// <param name="enter">Takes the stream before every layer and the final norm, by the name of its block, and gives it back.</param>
    /// <param name="watch">Sees the stream after every layer.</param>
    public Tensor Forward(Tensor x, IDecoderAttention attention, Func<string, Tensor, Tensor>? enter = null, Action<Tensor>? watch = null)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < layers.Length; i++)
        {
            var index = i;                                         // of this round: the layer may run again in the backward pass
            x = recomputes
                ? ActivationCheckpoint.Apply([x, .. attention.Tensors], t => Run(index, t[0], attention.Over(t[1..])))
                : Run(index, x, attention);
            watch?.Invoke(x);
        }

        return finalNorm.call(Enter("norm", x)).MoveToOuterDisposeScope();

        Tensor Run(int layer, Tensor t, IDecoderAttention how) => layers[layer].Forward(Enter($"layer.{layer}", t), layer, how);
        Tensor Enter(string part, Tensor t) => enter?.Invoke(part, t) ?? t;
    }

    /// <summary>Every linear map of the stack.</summary>
    public IEnumerable<Linear> Linears => layers.SelectMany(l => (Linear[])[l.Qkv.Linear, l.Output.Linear, l.Up.Linear, l.Down.Linear]);

    public void Dispose()
    {
        foreach (var linear in Linears)
        {
            linear.Dispose();
        }
    }

    private sealed record Layer(
        DecoderTraits Traits, Norm AttentionNorm, AffineMap Qkv, Norm? QueryNorm, Norm? KeyNorm, AffineMap Output, Norm? AttentionNormAfter,
        Norm FeedForwardNorm, AffineMap Up, AffineMap Down, Norm? FeedForwardNormAfter)
    {
        public Tensor Forward(Tensor x, int layer, IDecoderAttention attention)
        {
            using var scope = NewDisposeScope();
            var mixed = Output.call(attention.Attend(layer, NormHeads(Qkv.call(AttentionNorm.call(x)))));           // [N, D]
            x = x.add(AttentionNormAfter?.call(mixed.AtLeastSingle()) ?? mixed);
            var given = Down.call(Traits.Activation.Apply(Up.call(FeedForwardNorm.call(x))));                       // [N, D]
            return x.add(FeedForwardNormAfter?.call(given.AtLeastSingle()) ?? given).MoveToOuterDisposeScope();
        }

        // Query, key and value side by side, [N, (H + 2 G) K].
        private Tensor NormHeads(Tensor qkv)
        {
            if (QueryNorm is null || KeyNorm is null)
            {
                return qkv;
            }

            var parts = qkv.split([Traits.Inner, Traits.KeyValueInner, Traits.KeyValueInner], 1);
            return cat([Normed(QueryNorm, parts[0]), Normed(KeyNorm, parts[1]), parts[2]], 1);

            Tensor Normed(Norm norm, Tensor part) =>
                norm.call(part.reshape(-1, Traits.HeadSize).AtLeastSingle()).view(part.shape).In(part.dtype);
        }
    }
}

/// <summary>A norm of the stream or of heads.</summary>
/// <param name="AddsOne">Whether it multiplies by one plus its weight.</param>
internal sealed record Norm(Tensor Weight, double Epsilon, bool AddsOne)
{
    /// <summary>x [.., D] gives [.., D].</summary>
    public Tensor call(Tensor x)
    {
        if (!AddsOne)
        {
            return RmsNorm.Apply(x, Weight, Epsilon);
        }

        using var scope = NewDisposeScope();
        return RmsNorm.Apply(x, Weight.add(1), Epsilon).MoveToOuterDisposeScope();
    }
}

/// <summary>y = x W^T + b.</summary>
/// <param name="Bias">[N]; null where there is none.</param>
internal sealed record AffineMap(Linear Linear, Tensor? Bias)
{
    /// <summary>x [.., K] gives [.., N].</summary>
    public Tensor call(Tensor x)
    {
        var y = Linear.call(x);
        if (Bias is null)
        {
            return y;
        }

        using var product = y;
        return y.add(Bias.In(y.dtype));
    }
}

/// <summary>How the tokens of a stack attend: within packed rows in training, over caches in decoding.</summary>
internal interface IDecoderAttention
{
    /// <summary>Attention of a layer: query, key and value side by side, positions not yet applied, [N, (H + 2 G) K] give [N, I].</summary>
    Tensor Attend(int layer, Tensor qkv);

    /// <summary>The tensors of a batch that every layer attends with.</summary>
    Tensor[] Tensors => [];

    /// <summary>The same over others in place of <see cref="Tensors"/>.</summary>
    IDecoderAttention Over(Tensor[] tensors) => this;
}
