using DpoSt.Tensors.Autograd;
using static TorchSharp.torch;

namespace DpoSt.Models.Parameters;

/// <summary>A model's parameters. Those of a block and decay group are views of one flat buffer, and so are their gradients: clipping, the
/// optimizer, reduction and checkpoints work on a few large buffers instead of hundreds of small tensors. Where a process keeps a shard of
/// each buffer only, parameters have values while their block is shown whole.</summary>
internal sealed class ParameterSet : IWeights
{
    private readonly Dictionary<string, Tensor> byName = new(StringComparer.Ordinal);
    private readonly ScalarType products;

    /// <summary>Allocates parameters of these shapes on a device; their values are zero until loaded or initialised.</summary>
    /// <param name="specs">What they are.</param>
    /// <param name="device">Where they live.</param>
    /// <param name="dtype">What they are kept in.</param>
    /// <param name="products">What matrix products with them are computed in; null is <paramref name="dtype"/>.</param>
    /// <param name="shard">What of them is kept here; null is all.</param>
    public ParameterSet(
        IReadOnlyList<ParameterSpec> specs, Device device, ScalarType dtype = ScalarType.Float32, ScalarType? products = null,
        ParameterShard? shard = null)
    {
        Specs = specs;
        Shard = shard ?? ParameterShard.Whole;
        this.products = products ?? dtype;
        Buffers =
        [
            .. specs.GroupBy(s => (s.Block, s.Decay))
                .Select(group => new FlatBuffer(group.Key.Block, group.Key.Decay, [.. group], device, dtype, Shard))
        ];
        foreach (var (spec, view) in Buffers.SelectMany(b => b.Specs.Zip(b.Views)))
        {
            byName.Add(spec.Name, view);
        }
    }

    /// <summary>What the parameters are, in the model's order.</summary>
    public IReadOnlyList<ParameterSpec> Specs { get; }

    /// <summary>The flat buffers, one a block and decay group.</summary>
    public IReadOnlyList<FlatBuffer> Buffers { get; }

    /// <summary>What of every buffer is kept here.</summary>
    public ParameterShard Shard { get; }

    /// <summary>The number of trainable numbers, on whatever process.</summary>
    public long Count => Specs.Sum(s => s.Count);

    /// <summary>The device all of them live on.</summary>
    public Device Device => Buffers[0].Values.device;

    /// <summary>Their type.</summary>
    public ScalarType Dtype => Buffers[0].Values.dtype;

    /// <summary>Told of every block that the computation enters and that a backward pass has left; null while nobody asks.</summary>
    internal IBlockWatcher? Watcher { get; set; }

    /// <summary>A parameter by our name.</summary>
    public Tensor this[string name] => byName[name];

    ParameterSet? IWeights.Trained => this;

    ScalarType IWeights.DecodingProducts => products;

    Linear IWeights.Linear(string name) => new(this[name], products);

    Linear IWeights.LinearForDecoding(string name, int rows) => Linear.ForDecoding(this[name], rows, products);

    Tensor IWeights.Fetch(string name)
    {
        Watcher?.Entered(Specs.First(s => s.Name == name).Block, isDifferentiable: false);
        return this[name];
    }

    Tensor IWeights.Enter(string block, Tensor x)
    {
        if (Watcher is not { } told)
        {
            return x;
        }

        told.Entered(block, is_grad_enabled() && x.requires_grad);
        return BackwardMilestone.Mark(x, () => told.Completed(block));
    }

    /// <summary>Fills every parameter with a fresh model's values; the same seed gives the same model.</summary>
    public void Initialise(ulong seed)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var spec in Specs)
        {
            var row = 0L;
            foreach (var slice in spec.Slices)
            {
                using var generator = new Generator(CounterRandom.Bits(seed, CounterRandom.KeyOf(slice.Name)), CPU);
                var target = byName[spec.Name].narrow(0, row, slice.Rows);
                var values = randn(target.shape, generator: generator).mul_(slice.Deviation).add_(slice.Mean);
                target.copy_(values);
                row += slice.Rows;
            }
        }
    }

    /// <summary>Makes every parameter a leaf of autograd; in whole buffers, its gradient is a view of the buffer's gradients.</summary>
    public void EnableGradients()
    {
        foreach (var buffer in Buffers)
        {
            buffer.EnableGradients();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in Buffers)
        {
            buffer.Dispose();
        }
    }
}
