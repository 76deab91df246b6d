using DpoSt.Models;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using DpoSt.Tests.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

/// <summary>
/// Matrix products in bfloat16 against the same in fp32. Factors and results are off by up to 2^-9 of themselves; what that makes of
/// gradients depends on the model (the T5 fixtures' random weights saturate attention), so that the measure is what rounding the weights
/// alone makes of them in fp32.
/// </summary>
public sealed class Bf16ModelTests
{
    private const double LossTolerance = 0.005;          // of the loss
    private const double GradientTolerance = 2.5;        // of the distance that rounded weights make, by L2 norms

    private static readonly TrainingCompute Bf16 = new(Bf16: true);

    public static TheoryData<string> Fixtures => ["t5-v10-relu-tied", "t5-v11-gated-gelu", "llama-mha", "llama-gqa"];

    [Theory, MemberData(nameof(Fixtures))]
    public void Loss_and_gradients_are_near_those_of_fp32_with_dropout(string name)
    {
        using var scope = NewDisposeScope();
        using var single = new ModelFixture(name);
        using var half = new ModelFixture(name, Bf16);
        using var rounded = new ModelFixture(name);
        Round(rounded.Model.Parameters);
        var (expected, actual) = (Loss(single.Model, single.Batch()), Loss(half.Model, single.Batch()));
        Loss(rounded.Model, single.Batch());
        Assert.Equal(expected, actual, LossTolerance * expected);
        Assert.NotEqual(expected, actual);
        Assert.All(single.Model.Parameters.Buffers.Zip(half.Model.Parameters.Buffers, rounded.Model.Parameters.Buffers), buffers =>
        {
            var (exact, ours, measure) = buffers;
            Assert.Equal([ScalarType.Float32, ScalarType.Float32], [ours.Values.dtype, ours.Gradients!.dtype]);
            Assert.InRange(Distance(ours, exact) / Distance(measure, exact), 0, GradientTolerance);
        });
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void Training_falls_as_it_does_in_fp32(string kind)
    {
        using var single = TinyModels.New(kind, 11);
        using var half = TinyModels.New(kind, 11, compute: Bf16);
        var options = TrainingRuns.Options(60, 3e-3) with { Dropout = 0.1, MaxGradNorm = 1 };
        var batch = TinyModels.Batch(12, 6);
        var (expected, actual) = (Run(single), Run(half));
        Assert.InRange(expected[^1], 0, expected[0] / 2);
        Assert.InRange(actual[^1], 0, actual[0] / 2);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 0.1 * expected[0]));

        double[] Run(ILanguageModel model) => [.. TrainingRuns.Run(model, new SftObjective(model), options, batch).Select(l => l.Loss)];
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void The_same_run_gives_the_same_bits_whether_blocks_are_computed_again_or_not(string kind)
    {
        using var kept = TinyModels.New(kind, 2, compute: Bf16);
        using var again = TinyModels.New(kind, 2, compute: Bf16 with { RecomputesBlocks = true });
        foreach (var model in (ILanguageModel[])[kept, again])
        {
            TrainingRuns.Run(
                model, new SftObjective(model), TrainingRuns.Options(3) with { Dropout = 0.1, MaxGradNorm = 1 }, TinyModels.Batch(3, 4));
        }

        Assert.All(
            kept.Parameters.Buffers.Zip(again.Parameters.Buffers), pair => Tensors.KernelCheck.Same(pair.First.Values, pair.Second.Values));
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void A_decoder_multiplies_in_bfloat16_too(string kind)
    {
        using var scope = NewDisposeScope();
        using var single = TinyModels.New(kind, 11);
        using var half = TinyModels.New(kind, 11, compute: Bf16);
        var (expected, actual) = (Step(single), Step(half));
        Assert.Equal(ScalarType.Float32, actual.dtype);
        Assert.False(expected.eq(actual).all().item<bool>());
        Tensors.KernelCheck.Close(expected, actual, 0.02, "logits");

        // The prompt is one token: what differs is the step's own.
        static Tensor Step(ILanguageModel model)
        {
            using var decoder = model.NewDecoder(1, 4, 4);
            decoder.Start(0, decoder.AddPrompts([[7]])[0]);
            return decoder.Step([0], [1], [3]);
        }
    }

    private static double Loss(ILanguageModel model, TokenBatch batch)
    {
        model.Parameters.EnableGradients();
        var loss = model.TokenLogProbs(batch, new Dropout(0.1, 3, 1)).mean().neg();
        BackwardGuard.Backward(loss);
        Assert.Equal(ScalarType.Float64, loss.dtype);
        return loss.item<double>();
    }

    private static void Round(ParameterSet parameters)
    {
        using var _ = no_grad();
        foreach (var buffer in parameters.Buffers)
        {
            buffer.Values.copy_(buffer.Values.to(ScalarType.BFloat16));
        }
    }

    private static double Distance(FlatBuffer a, FlatBuffer b) => a.Gradients!.sub(b.Gradients!).norm().item<float>();
}
