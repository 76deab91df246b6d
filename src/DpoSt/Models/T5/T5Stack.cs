using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.T5;

/// <summary>T5's encoder or decoder: blocks of self-attention, cross-attention (decoder only) and feed-forward around a residual stream,
/// with norms before each (Raffel et al. 2020; transformers' T5Stack). Tokens of all rows are below each other in one matrix; how they
/// attend to each other is the <see cref="IT5Attention"/>'s affair, so that training and decoding share these lines. Shapes: N tokens, D
/// model, I heads times head size, F feed-forward.</summary>
internal sealed class T5Stack : IDisposable
{
    private const int SitesPerLayer = 8;
    private const int EmbeddingSite = 1_000_001;
    private const int FinalSite = 1_000_002;

    private readonly string name;
    private readonly Block[] blocks;
    private readonly Tensor finalNorm;
    private readonly double epsilon;
    private readonly bool recomputes;

    /// <summary>The stack of a name; one that recomputes computes blocks again in the backward pass instead of keeping them.</summary>
    public T5Stack(
        T5Config config, string name, int layers, bool crosses, Func<string, Linear> linear, Func<string, Tensor> norm, bool recomputes =
            false)
    {
        (this.name, this.recomputes) = (name, recomputes);
        epsilon = config.LayerNormEpsilon;
        finalNorm = norm($"{name}.norm");
        blocks = [.. Enumerable.Range(0, layers).Select(layer => new Block(config, $"{name}.{layer}", crosses, linear, norm))];
    }

    /// <summary>x [N, D] after embedding gives [N, D] after the final norm.</summary>
    /// <param name="enter">Takes the stream before every block and the final norm, by the block's name, and gives it back.</param>
    /// <param name="watch">Sees the stream after every layer.</param>
    public Tensor Forward(
        Tensor x, IT5Attention attention, RowDropout? dropout, Func<string, Tensor, Tensor>? enter = null, Action<Tensor>? watch = null)
    {
        using var scope = NewDisposeScope();
        x = Drop(x, EmbeddingSite);
        for (var layer = 0; layer < blocks.Length; layer++)
        {
            var index = layer;                                     // of this round: the block may run again in the backward pass
            x = recomputes
                ? ActivationCheckpoint.Apply([x, .. attention.Tensors], t => Run(index, t[0], attention.Over(t[1..])))
                : Run(index, x, attention);
            watch?.Invoke(x);
        }

        return Drop(RmsNorm.Apply(Enter($"{name}.norm", x), finalNorm, epsilon), FinalSite).MoveToOuterDisposeScope();

        Tensor Run(int layer, Tensor t, IT5Attention how) => blocks[layer].Forward(Enter($"{name}.{layer}", t), layer, how, epsilon, Drop);
        Tensor Enter(string part, Tensor t) => enter?.Invoke(part, t) ?? t;
        Tensor Drop(Tensor t, int site) => dropout?.Tokens(t, site) ?? t;
    }

    /// <summary>The cross-attention keys and values of every layer for memory [M, D]: one [M, 2I] a layer.</summary>
    public Tensor[] KeysAndValues(Tensor memory) => [.. blocks.Select(block => block.Cross!.KeyValue.call(memory))];

    /// <summary>The site where a layer's attention probabilities are dropped.</summary>
    public static int AttentionSite(int layer, bool cross) => layer * SitesPerLayer + (cross ? 6 : 5);

    /// <summary>Every linear map of the stack.</summary>
    public IEnumerable<Linear> Linears => blocks.SelectMany(block => block.Linears);

    public void Dispose()
    {
        foreach (var linear in Linears)
        {
            linear.Dispose();
        }
    }

    private sealed record CrossAttention(Tensor Norm, Linear Query, Linear KeyValue, Linear Output);

    private sealed class Block
    {
        private readonly GatedActivation? activation;
        private readonly Tensor selfNorm;
        private readonly Linear selfQkv;
        private readonly Linear selfOutput;
        private readonly Tensor feedForwardNorm;
        private readonly Linear up;
        private readonly Linear down;

        public Block(T5Config config, string name, bool crosses, Func<string, Linear> linear, Func<string, Tensor> norm)
        {
            activation = config.Gated ? config.Activation : null;
            selfNorm = norm($"{name}.self.norm");
            selfQkv = linear($"{name}.self.qkv");
            selfOutput = linear($"{name}.self.output");
            Cross = crosses
                ? new CrossAttention(
                    norm($"{name}.cross.norm"), linear($"{name}.cross.query"), linear($"{name}.cross.keyValue"),
                    linear($"{name}.cross.output"))
                : null;
            feedForwardNorm = norm($"{name}.feedForward.norm");
            up = linear($"{name}.feedForward.up");
            down = linear($"{name}.feedForward.down");
        }

        public CrossAttention? Cross { get; }

        public Tensor Forward(Tensor x, int layer, IT5Attention attention, double epsilon, Func<Tensor, int, Tensor> drop)
        {
            using var scope = NewDisposeScope();
            var site = layer * SitesPerLayer;
            var mixed = attention.Self(layer, selfQkv.call(RmsNorm.Apply(x, selfNorm, epsilon)));            // [N, I]
            x = x.add(drop(selfOutput.call(mixed), site));                                                  // [N, D]
            if (Cross is not null)
            {
                mixed = attention.Cross(layer, Cross.Query.call(RmsNorm.Apply(x, Cross.Norm, epsilon)), Cross.KeyValue);
                x = x.add(drop(Cross.Output.call(mixed), site + 1));
            }

            var wide = up.call(RmsNorm.Apply(x, feedForwardNorm, epsilon));                                  // [N, 2F] or [N, F]
            wide = activation?.Apply(wide) ?? wide.relu();                                                   // [N, F]
            return x.add(drop(down.call(drop(wide, site + 2)), site + 3)).MoveToOuterDisposeScope();
        }

        public IEnumerable<Linear> Linears =>
            new[] { selfQkv, selfOutput, up, down, Cross?.Query, Cross?.KeyValue, Cross?.Output }.OfType<Linear>();
    }
}

/// <summary>How the tokens of a stack attend: over padded batches in training, over caches in decoding.</summary>
internal interface IT5Attention
{
    /// <summary>Self-attention of a layer: query, key and value side by side [N, 3I] give [N, I].</summary>
    Tensor Self(int layer, Tensor qkv);

    /// <summary>Attention of a decoder layer to the encoder's output: query [N, I] gives [N, I].</summary>
    Tensor Cross(int layer, Tensor query, Linear keyValue);

    /// <summary>The tensors of a batch that every layer attends with.</summary>
    Tensor[] Tensors => [];

    /// <summary>The same over others in place of <see cref="Tensors"/>.</summary>
    IT5Attention Over(Tensor[] tensors) => this;
}
