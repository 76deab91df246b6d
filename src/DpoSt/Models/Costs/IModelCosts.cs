using DpoSt.Models.Adapters;
using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Models.Costs;

/// <summary>What is known of a model's memory and work from its config.json alone.</summary>
internal interface IModelCosts
{
    /// <summary>The most words of a <see cref="Miniature"/>.</summary>
    const int FewWords = 4096;

    /// <summary>The trainable parameters.</summary>
    IReadOnlyList<ParameterSpec> Specs { get; }

    /// <summary>Bytes of weights that are not trained.</summary>
    long FrozenBytes => 0;

    /// <summary>The dropout probability its configuration asks for in training.</summary>
    double DropoutRate { get; }

    /// <summary>How often a forward pass looks up the embedding: once a stack.</summary>
    int Lookups { get; }

    /// <summary>Whether prompt and completion are one row.</summary>
    bool IsCausal { get; }

    /// <summary>What one forward pass over a batch computes, and keeps for the backward pass where gradients are wanted.</summary>
    /// <param name="adapter">The matrices that change where all weights are frozen; null where they are trained.</param>
    ForwardCosts Forward(BatchShape batch, bool bf16, bool dropout, LoraWeights? adapter = null);

    /// <summary>Bytes of a decoder's caches, in the type of matrix products, all of them allocated at once.</summary>
    long CacheBytes(int slots, int maxPromptTokens, int maxNewTokens, bool bf16);

    /// <summary>A model like it to measure with: one layer a stack, few words, halved in width down to so many parameters.</summary>
    IModelCosts Miniature(long parameters);

    /// <summary>The model over weights, which it owns; the flag says whether it computes blocks again in the backward pass.</summary>
    ILanguageModel Over(IWeights weights, bool recomputes);

    /// <summary>The model itself, its weights not yet set.</summary>
    ILanguageModel New(Device device, TrainingCompute compute) =>
        Over(new ParameterSet(Specs, device, products: compute.Products, shard: compute.Shard), compute.RecomputesBlocks);
}

/// <summary>A forward pass, part by part.</summary>
/// <param name="Blocks">The layers, those that are alike together.</param>
/// <param name="AroundBytes">What is kept once: embeddings' indices, position biases and masks, final norms, the encoder's output.</param>
/// <param name="Head">The scored states' product with the vocabulary.</param>
internal sealed record ForwardCosts(IReadOnlyList<BlockCosts> Blocks, long AroundBytes, HeadCosts Head)
{
    /// <summary>Floating point operations: two for each multiply-add of a matrix product; all else is left out.</summary>
    public double Flops => BlockFlops + Head.Flops;

    /// <summary>Those of the layers alone.</summary>
    public double BlockFlops => Blocks.Sum(b => b.Count * b.Flops);

    /// <summary>Of all, those that have two gradients each.</summary>
    public double TrainedFlops => Blocks.Sum(b => b.Count * b.TrainedFlops) + (Head.IsTrained ? Head.Flops : 0);
}

/// <summary>Layers that are alike.</summary>
/// <param name="InputBytes">The residual stream before each, part of <paramref name="KeptBytes"/>.</param>
/// <param name="KeptBytes">What each keeps for its backward pass.</param>
/// <param name="WidestBytes">The widest result between two of its products.</param>
/// <param name="Flops">What it computes forward.</param>
/// <param name="TrainedFlops">Of that, products with two gradients each: of a frozen matrix there is one.</param>
internal sealed record BlockCosts(int Count, long InputBytes, long KeptBytes, long WidestBytes, double Flops, double TrainedFlops)
{
    /// <summary>Blocks in one for all that are alike.</summary>
    public static IReadOnlyList<BlockCosts> Together(IEnumerable<BlockCosts> blocks) =>
        [.. blocks.GroupBy(block => block with { Count = 0 }).Select(alike => alike.Key with { Count = alike.Sum(block => block.Count) })];
}

/// <summary>The language model's head: M scored states [M, D] to logits [M, V].</summary>
/// <param name="IsTrained">Whether its matrix is trained.</param>
internal sealed record HeadCosts(long Scored, long Width, long Vocabulary, bool IsTrained)
{
    /// <summary>What it computes forward.</summary>
    public double Flops => 2.0 * Scored * Width * Vocabulary;
}
