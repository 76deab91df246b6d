using DpoSt.Models;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Products;
using DpoSt.Tests.Models;
using DpoSt.Tests.Tensors;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests;

/// <summary>Fifty rounds of anything that makes tensors leave as many as one round did.</summary>
[Collection(nameof(Alone))]
public sealed class LeakTests
{
    private const int Rounds = 50;

    [Fact]
    public void Kernels_leave_nothing_but_their_results()
    {
        using var x = KernelCheck.Normal(1, 4, 32).requires_grad_(true);
        using var weight = KernelCheck.Normal(2, 32, 32).requires_grad_(true);
        using var matrices = ones(2, 2, 32, dtype: ScalarType.BFloat16).requires_grad_(true);
        using var norm = ones(32).requires_grad_(true);
        using var scores = KernelCheck.Normal(3, 1, 2, 2, 8).requires_grad_(true);
        var keys = Enumerable.Range(0, 4).Select(i => Dropout.RowKey(i, 0)).ToArray();
        (string Name, Func<Tensor> Call)[] kernels =
        [
            (nameof(RmsNorm), () => RmsNorm.Apply(x, norm, 1e-6)),
            (nameof(GatedActivation), () => GatedActivation.GeluTanh.Apply(x)),
            (nameof(BiasedSoftmax), () => BiasedSoftmax.Apply(scores, null)),
            (nameof(TargetLogProb), () => TargetLogProb.Apply(x, [0, 1, 2, 3])),
            (nameof(LinearProduct), () => LinearProduct.Apply(x, weight)),
            (nameof(Bf16Product), () =>
                Bf16Product.Apply(x, weight, ScalarType.BFloat16, Bf16Product.WayOn(CPU.type, ScalarType.BFloat16))),
            (nameof(BatchedProduct), () => BatchedProduct.Apply(matrices, matrices)),
            (nameof(Dropout), () => new Dropout(0.1, 1, 1).Apply(x, keys, 1)),
        ];
        foreach (var (name, call) in kernels)
        {
            NothingLeft(name + " in inference", () =>
            {
                using var _ = no_grad();
                call().Dispose();
            });
            NothingLeft(name + " in training", () =>
            {
                using var scope = NewDisposeScope();          // as every training step has one
                BackwardGuard.Backward(call().sum());
            });
        }
    }

    [Fact]
    public void Caches_leave_nothing() => NothingLeft("caches", () =>
    {
        using var cache = new CpuRaggedCache<Fp32>(2, 1, 8, 16);
        using var other = new TorchRaggedCache(2, 1, 8, 16, CPU, ScalarType.Float32);
        using var qkv = KernelCheck.Normal(1, 3, 24);
        foreach (var each in (IRaggedCache[])[cache, other])
        {
            each.Append(qkv, 8, 16, [0, 1, 1], [0, 0, 1]);
            each.Attend(qkv, new(1, 1), [0, 1, 1], [1, 1, 2]).Dispose();
        }
    });

    [Fact]
    public void A_model_a_decoder_and_training_steps_leave_nothing()
    {
        var batch = TinyModels.Batch(1, 3);
        NothingLeft("a model", () => TinyModels.New(TinyModels.T5, 1).Dispose());
        using var model = TinyModels.New(TinyModels.T5, 1);
        NothingLeft("scoring", () => SequenceLogProbs.Score(model, batch));
        NothingLeft("decoding", () =>
        {
            using var decoder = model.NewDecoder(2, 16, 8);
            var prompt = decoder.AddPrompts([[3, 4, 1]])[0];
            decoder.Start(0, prompt);
            decoder.Step([0], [1], [0]).Dispose();
        });
        var trainer = new Trainer<TokenBatch>(
            model.Parameters, new SftObjective(model), Training.TrainingRuns.Options(steps: 1) with { Dropout = 0.1 });
        NothingLeft("training", () => trainer.Run(_ => [batch, batch], _ => { }, _ => { }, default));
    }

    private static void NothingLeft(string what, Action round)
    {
        round();                                    // gradients and names that are made once
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        for (var i = 0; i < Rounds; i++)
        {
            round();
        }

        Assert.True(Tensor.TotalCount <= before, $"{what} left {Tensor.TotalCount - before} tensors in {Rounds} rounds");
    }
}
