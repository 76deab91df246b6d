using DpoSt.Models;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

/// <summary>Blocks that are computed again in the backward pass: the same bits, less memory.</summary>
[Collection(nameof(Alone))]
public sealed class RecomputedBlocksTests
{
    public static TheoryData<string> Fixtures => ["t5-v10-relu-tied", "t5-v11-gated-gelu", "llama-mha", "llama-gqa"];

    [Theory, MemberData(nameof(Fixtures))]
    public void Gradients_of_the_fixtures_are_the_same_bits_with_dropout(string name)
    {
        using var kept = new ModelFixture(name);
        using var again = new ModelFixture(name, new TrainingCompute(RecomputesBlocks: true));
        Equal(kept.Model, again.Model, kept.Batch());
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void So_are_those_of_completions_that_share_prompts(string kind)
    {
        var prompts = TinyModels.Batch(5, 2).Prompts;
        var batch = new TokenBatch(prompts, TinyModels.Batch(6, 4).Completions, [1, 0, 1, 0], [0, 1, 2, 3]);
        using var kept = TinyModels.New(kind, 7);
        using var again = TinyModels.New(kind, 7, compute: new TrainingCompute(RecomputesBlocks: true));
        Equal(kept, again, batch);
    }

    [Theory]
    [InlineData("t5")]
    [InlineData("llama")]
    public void Twelve_layers_hold_less_than_half_even_with_a_block_at_work(string kind)
    {
        NativeMemory.SkipUnlessTold();
        var (kept, again, one) = (Held(kind, 12, false), Held(kind, 12, true), Held(kind, 1, false));
        // In the backward pass the inputs of all blocks and the whole of one exist at a time.
        Assert.True(again + one < kept / 2, $"{again} and {one} bytes at work, {kept} where everything is kept");
    }

    private static void Equal(ILanguageModel kept, ILanguageModel again, TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        KernelCheck.Same(Gradients(kept, batch), Gradients(again, batch));
        Assert.All(
            kept.Parameters.Buffers.Zip(again.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Gradients!, pair.Second.Gradients!));
    }

    private static Tensor Gradients(ILanguageModel model, TokenBatch batch)
    {
        model.Parameters.EnableGradients();
        var logProbs = LogProbs(model, batch);
        for (var round = 0; round < 2; round++)                     // gradients of micro-batches add up
        {
            BackwardGuard.Backward(LogProbs(model, batch).sum());
        }

        Assert.True(model.Parameters.Buffers.All(b => b.Gradients!.abs().max().item<float>() > 0));
        return logProbs;
    }

    private static Tensor LogProbs(ILanguageModel model, TokenBatch batch) => model.TokenLogProbs(batch, new Dropout(0.1, 3, 1));

    // What a forward pass leaves allocated for the backward pass.
    private static long Held(string kind, int layers, bool recomputes)
    {
        using var scope = NewDisposeScope();
        var compute = new TrainingCompute(RecomputesBlocks: recomputes);
        using ILanguageModel model = kind == "t5"
            ? TinyModels.New(TinyModels.T5 with { NumLayers = layers, NumDecoderLayers = layers }, 1, compute: compute)
            : TinyModels.New(TinyModels.Llama with { Layers = TinyModels.Layers(layers, 10) }, 1, compute: compute);
        model.Parameters.EnableGradients();
        var batch = TinyModels.Batch(2, 200);
        LogProbs(model, batch).Dispose();
        var before = NativeMemory.Allocated();
        var logProbs = LogProbs(model, batch);
        var held = NativeMemory.Allocated() - before;
        BackwardGuard.Backward(logProbs.sum());
        return held;
    }
}
