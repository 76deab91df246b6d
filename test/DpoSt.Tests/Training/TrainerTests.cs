using DpoSt.Models;
using DpoSt.Tests.Models;
using DpoSt.Tests.Tensors;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Training;

public sealed class TrainerTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void Micro_batches_equal_one_large_batch_token_by_token_with_dropout_too(int count)
    {
        var whole = TinyModels.Batch(1, 6);
        var parts = Enumerable.Range(0, 6)
            .Chunk(6 / count)
            .Select(rows => TokenBatch.Of([.. rows.Select(b => (whole.Prompts[b], whole.Completions[b], whole.Examples[b]))]))
            .ToArray();
        using var one = TinyModels.New(TinyModels.T5, 1);
        using var many = TinyModels.New(TinyModels.T5, 1);
        var options = TrainingRuns.Options(3) with { Dropout = 0.1 };
        var expected = TrainingRuns.Run(one, new SftObjective(one), options, whole);
        var actual = TrainingRuns.Run(many, new SftObjective(many), options, parts);
        foreach (var (a, b) in expected.Zip(actual))
        {
            Assert.Equal(a.Loss, b.Loss, 1e-4);
            Assert.Equal(a.GradNorm, b.GradNorm, 1e-4 * Math.Max(1, a.GradNorm));
        }

        // AdamW turns rounding of a gradient near zero into a whole step: weights agree within the three steps of 1e-3.
        Assert.All(one.Parameters.Buffers.Zip(many.Parameters.Buffers), pair =>
            KernelCheck.Close(pair.First.Values, pair.Second.Values, 6e-3, "weights"));
    }

    [Fact]
    public void The_same_run_gives_the_same_bits()
    {
        using var first = TinyModels.New(TinyModels.T5, 2);
        using var second = TinyModels.New(TinyModels.T5, 2);
        var options = TrainingRuns.Options(3) with { Dropout = 0.1, MaxGradNorm = 1 };
        foreach (var model in (ILanguageModel[])[first, second])
        {
            TrainingRuns.Run(model, new SftObjective(model), options, TinyModels.Batch(3, 4));
        }

        Assert.All(
            first.Parameters.Buffers.Zip(second.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Values, pair.Second.Values));
    }

    [Fact]
    public void Log_lines_come_as_often_as_asked_and_at_the_end()
    {
        using var model = TinyModels.New(TinyModels.T5, 3);
        var lines = TrainingRuns.Run(model, new SftObjective(model), TrainingRuns.Options(5) with { LogEvery = 2 }, TinyModels.Batch(1, 2));
        Assert.Equal([2, 4, 5], lines.Select(l => l.Step));
    }

    [Fact]
    public void A_diverged_loss_is_a_sentence()
    {
        using var model = TinyModels.New(TinyModels.T5, 4);
        using (no_grad())
        {
            model.Parameters["head"].fill_(double.NaN);
        }

        var error = Assert.Throws<UserErrorException>(
            () => TrainingRuns.Run(model, new SftObjective(model), TrainingRuns.Options(1), TinyModels.Batch(1, 2)));
        Assert.Contains("step 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_ends_the_run_between_two_steps()
    {
        using var model = TinyModels.New(TinyModels.T5, 5);
        using var cancel = new CancellationTokenSource();
        var done = 0L;
        void Tick(long step)
        {
            done = step;
            cancel.Cancel();
        }

        var trainer = new Trainer<TokenBatch>(model.Parameters, new SftObjective(model), TrainingRuns.Options(9));
        Assert.Throws<OperationCanceledException>(() => trainer.Run(_ => [TinyModels.Batch(1, 2)], _ => { }, Tick, cancel.Token));
        Assert.Equal(1, done);
    }
}
