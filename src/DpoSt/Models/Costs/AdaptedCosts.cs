using DpoSt.Models.Adapters;
using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Models.Costs;

/// <summary>What a model takes whose adapter is trained: only the adapter's matrices have gradients and moments.</summary>
/// <param name="frozenBytes">What the weights that stay as they are take.</param>
internal sealed class AdaptedCosts(IModelCosts model, LoraOptions options, long frozenBytes) : IModelCosts
{
    public IReadOnlyList<ParameterSpec> Specs { get; } = LoraWeights.Of(model.Specs, options, "trainer.lora.target_modules").Specs;

    public long FrozenBytes => frozenBytes;

    public double DropoutRate => model.DropoutRate;

    public int Lookups => model.Lookups;

    public bool IsCausal => model.IsCausal;

    public ForwardCosts Forward(BatchShape batch, bool bf16, bool dropout) => model.Forward(batch, bf16, dropout);

    public long CacheBytes(int slots, int maxPromptTokens, int maxNewTokens, bool bf16) =>
        model.CacheBytes(slots, maxPromptTokens, maxNewTokens, bf16);

    public IModelCosts Miniature(long parameters) => model.Miniature(parameters);

    public ILanguageModel New(Device device, TrainingCompute compute) => model.New(device, compute);
}
