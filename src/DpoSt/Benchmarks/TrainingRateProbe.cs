using DpoSt.Models;
using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;
using DpoSt.Planning;
using DpoSt.Tensors.Kernels;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Benchmarks;

/// <summary>How fast this machine trains a model, in seconds: forward and backward passes of a model like it with one layer a stack, over
/// rows as long as its longest, with dropout, types and recomputation as they will be; and AdamW over buffers of its own.</summary>
internal static class TrainingRateProbe
{
    private const long Parameters = 12_000_000;
    private const long Updates = 1 << 24;
    private const double Work = 1.5e11;
    private const int Rounds = 3;

    /// <summary>The rate of the training that a plan is of, where so many processes divide each micro-batch.</summary>
    public static TrainingRate Run(TrainingPlan plan, Device device, int processes = 1)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new TrainingRate(Passes(plan, plan.RowsOf(processes), device), Steps(Math.Min(Updates, plan.Parameters), device));
    }

    private static double Passes(TrainingPlan plan, int rows, Device device)
    {
        var costs = plan.Costs.Miniature(Parameters);
        using var scope = NewDisposeScope();
        using var model = costs.New(device, plan.Compute);
        foreach (var buffer in model.Parameters.Buffers)
        {
            buffer.Values.fill_(0.01);
        }

        model.Parameters.EnableGradients();
        var objective = new SftObjective(model);
        var dropout = plan.Dropout > 0 ? new Dropout(plan.Dropout, 1, 1) : null;
        var prompts = plan.Largest.Prompts.Take(rows)
            .TakeWhile((_, p) => p == 0 || Flops(new BatchShape([.. plan.Largest.Prompts.Take(p + 1)])) <= Work)
            .ToArray();
        var shape = new BatchShape(prompts);
        var batch = Tokens(shape, model.VocabularySize);
        return Flops(shape) / Measure.Median(Measure.Runs(Rounds, () => Measure.Seconds(Pass)));

        double Flops(BatchShape lengths) =>
            TrainingMemory.Flops(costs.Forward(lengths, plan.Compute.Bf16, dropout is not null), plan.Compute);

        void Pass()
        {
            using var inner = NewDisposeScope();
            objective.Evaluate(batch, dropout, gradientScale: 1);
            model.Parameters.Buffers[0].Gradients![0].cpu();            // a device is done only when it is asked
        }
    }

    private static double Steps(long count, Device device)
    {
        using var parameters = new ParameterSet([ParameterSpec.Matrix("buffer", "buffer", 1, new HubSlice("buffer", count, 1))], device);
        using var optimizer = new AdamW(parameters, new AdamWOptions());
        parameters.Buffers[0].Gradients!.fill_(1e-3);
        return count / Measure.Median(Measure.Runs(Rounds, () => Measure.Seconds(Step), TimeSpan.Zero));

        void Step()
        {
            using var scope = NewDisposeScope();
            optimizer.Step(1e-5);
            parameters.Buffers[0].Values[0].cpu();
        }
    }

    private static TokenBatch Tokens(BatchShape shape, int vocabulary)
    {
        var owners = shape.Prompts.SelectMany((prompt, p) => prompt.Completions.Select(_ => p)).ToArray();
        return new TokenBatch(
            [.. shape.Prompts.Select(p => Ids(p.Prompt))], [.. shape.Prompts.SelectMany(p => p.Completions).Select(Ids)], owners,
            [.. owners.Select((_, c) => (long)c)]);

        int[] Ids(int length) => [.. Enumerable.Range(0, Math.Max(1, length)).Select(t => 2 + t % (vocabulary - 2))];
    }
}
