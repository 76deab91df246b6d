using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.Llama;

/// <summary>Llama's layers: attention and a gated feed-forward around a residual stream, with norms before each (Touvron et al. 2023;
/// transformers' LlamaModel). Tokens of all rows are below each other in one matrix; how they attend to each other is the
/// <see cref="ILlamaAttention"/>'s affair, so that training and decoding share these lines. Shapes: N tokens, D model, H query heads, G
/// key-value heads, K head size, I = H K, F feed-forward.</summary>
internal sealed class LlamaStack : IDisposable
{
    private readonly Layer[] layers;
    private readonly Tensor finalNorm;
    private readonly double epsilon;
    private readonly bool recomputes;

    /// <summary>The layers; a stack that recomputes computes them again in the backward pass instead of keeping them.</summary>
    public LlamaStack(LlamaConfig config, Func<string, Linear> linear, Func<string, Tensor> norm, bool recomputes = false)
    {
        this.recomputes = recomputes;
        epsilon = config.RmsNormEps;
        finalNorm = norm("norm");
        layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => $"layer.{i}").Select(name => new Layer(
            norm($"{name}.attention.norm"), linear($"{name}.attention.qkv"), linear($"{name}.attention.output"),
            norm($"{name}.feedForward.norm"), linear($"{name}.feedForward.up"), linear($"{name}.feedForward.down")))];
    }

    /// <summary>x [N, D] after embedding gives [N, D] after the final norm.</summary>
    /// <param name="enter">Takes the stream before every layer and the final norm, by the name of its block, and gives it back.</param>
    /// <param name="watch">Sees the stream after every layer.</param>
    public Tensor Forward(Tensor x, ILlamaAttention attention, Func<string, Tensor, Tensor>? enter = null, Action<Tensor>? watch = null)
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

        return RmsNorm.Apply(Enter("norm", x), finalNorm, epsilon).MoveToOuterDisposeScope();

        Tensor Run(int layer, Tensor t, ILlamaAttention how) => layers[layer].Forward(Enter($"layer.{layer}", t), layer, how, epsilon);
        Tensor Enter(string part, Tensor t) => enter?.Invoke(part, t) ?? t;
    }

    /// <summary>Every linear map of the stack.</summary>
    public IEnumerable<Linear> Linears => layers.SelectMany(l => (Linear[])[l.Qkv, l.Output, l.Up, l.Down]);

    public void Dispose()
    {
        foreach (var linear in Linears)
        {
            linear.Dispose();
        }
    }

    private sealed record Layer(Tensor AttentionNorm, Linear Qkv, Linear Output, Tensor FeedForwardNorm, Linear Up, Linear Down)
    {
        public Tensor Forward(Tensor x, int layer, ILlamaAttention attention, double epsilon)
        {
            using var scope = NewDisposeScope();
            var mixed = attention.Attend(layer, Qkv.call(RmsNorm.Apply(x, AttentionNorm, epsilon)));                             // [N, I]
            x = x.add(Output.call(mixed));                                                                                      // [N, D]
            var wide = GatedActivation.Silu.Apply(Up.call(RmsNorm.Apply(x, FeedForwardNorm, epsilon)));                         // [N, F]
            return x.add(Down.call(wide)).MoveToOuterDisposeScope();
        }
    }
}

/// <summary>How the tokens of a stack attend: within packed rows in training, over caches in decoding.</summary>
internal interface ILlamaAttention
{
    /// <summary>Attention of a layer: query, key and value side by side, positions not yet applied, [N, (H + 2 G) K] give [N, I].</summary>
    Tensor Attend(int layer, Tensor qkv);

    /// <summary>The tensors of a batch that every layer attends with.</summary>
    Tensor[] Tensors => [];

    /// <summary>The same over others in place of <see cref="Tensors"/>.</summary>
    ILlamaAttention Over(Tensor[] tensors) => this;
}
