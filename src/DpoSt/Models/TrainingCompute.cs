using DpoSt.Models.Adapters;
using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>How a model that is trained computes.</summary>
/// <param name="Bf16">Products in bfloat16; weights, gradients, moments, norms, softmax, losses, residual stream stay in fp32.</param>
/// <param name="RecomputesBlocks">Blocks are computed again backward, not kept (Chen et al. 2016): less memory, same bits.</param>
/// <param name="Shard">What of the trained parameters is kept here; null is all.</param>
/// <param name="Lora">The adapter that is trained while all else stays as it is; null trains everything.</param>
internal sealed record TrainingCompute(
    bool Bf16 = false, bool RecomputesBlocks = false, ParameterShard? Shard = null, LoraOptions? Lora = null)
{
    /// <summary>The type of matrix products.</summary>
    public ScalarType Products => Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;
}
