using DpoSt.Models.Adapters;
using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Models.Costs;

/// <summary>What a model takes whose adapter is trained: only the adapter's matrices have gradients and moments.</summary>
/// <param name="options">The adapter.</param>
/// <param name="bf16">The names of weights that stay as they are in bfloat16; others do in fp32.</param>
internal sealed class AdaptedCosts(IModelCosts model, LoraOptions options, IReadOnlySet<string> bf16) : IModelCosts
{
    private readonly LoraWeights lora = LoraWeights.Of(model.Specs, options, "trainer.lora.target_modules");

    public IReadOnlyList<ParameterSpec> Specs => lora.Specs;

    public long FrozenBytes { get; } = model.Specs.Sum(spec => spec.Count * (bf16.Contains(spec.Name) ? 2 : CostUnits.Fp32Bytes));

    public double DropoutRate => model.DropoutRate;

    public int Lookups => model.Lookups;

    public bool IsCausal => model.IsCausal;

    public ForwardCosts Forward(BatchShape batch, bool bf16, bool dropout, LoraWeights? adapter = null) =>
        model.Forward(batch, bf16, dropout, adapter ?? lora);

    public long CacheBytes(int slots, int maxPromptTokens, int maxNewTokens, bool bf16) =>
        model.CacheBytes(slots, maxPromptTokens, maxNewTokens, bf16);

    // Names may be of layers that it has not.
    public IModelCosts Miniature(long parameters) =>
        new AdaptedCosts(model.Miniature(parameters), options with { TargetModules = lora.Modules }, bf16);

    public ILanguageModel Over(IWeights weights, bool recomputes) => model.Over(weights, recomputes);

    public ILanguageModel New(Device device, TrainingCompute compute)
    {
        var frozen = new FrozenWeights(model.Specs, spec => bf16.Contains(spec.Name), device, compute.Products);
        var adapter = new ParameterSet(Specs, device, products: compute.Products, shard: compute.Shard);
        return Over(new AdaptedWeights(frozen, lora, adapter, "", compute.RecomputesBlocks), compute.RecomputesBlocks);
    }
}
