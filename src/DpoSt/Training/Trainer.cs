using DpoSt.Models;
using DpoSt.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Training;

/// <summary>How a run trains, whatever its objective.</summary>
/// <param name="TotalSteps">Optimizer steps.</param>
/// <param name="Schedule">The learning rate.</param>
/// <param name="AdamW">The optimizer's numbers.</param>
/// <param name="MaxGradNorm">Gradients are scaled down to this L2 norm; zero or less leaves them.</param>
/// <param name="Dropout">The probability, zero for none.</param>
/// <param name="Seed">Keys dropout.</param>
/// <param name="LogEvery">Steps between log lines.</param>
/// <param name="MeanOfMeans">Average the means of micro-batches, as transformers 4.40 does, instead of all tokens alike.</param>
internal sealed record TrainerOptions(
    long TotalSteps, LearningRateSchedule Schedule, AdamWOptions AdamW, double MaxGradNorm, double Dropout, ulong Seed, int LogEvery, bool MeanOfMeans = false);

/// <summary>What happened in a step, and on average since the line before.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps of the run.</param>
/// <param name="Loss">The mean loss.</param>
/// <param name="LearningRate">The rate the step used.</param>
/// <param name="GradNorm">The gradients' norm before clipping.</param>
/// <param name="Metrics">The objective's own means.</param>
/// <param name="ExamplesPerSecond">What <see cref="IObjective{T}.Weight"/> counts, a second.</param>
/// <param name="TokensPerSecond">Tokens of prompts and completions a second.</param>
public sealed record TrainingLine(
    long Step, long TotalSteps, double Loss, double LearningRate, double GradNorm, IReadOnlyDictionary<string, double> Metrics, double ExamplesPerSecond,
    double TokensPerSecond);

/// <summary>The one training loop, for every objective.</summary>
internal sealed class Trainer<TBatch>(ParameterSet parameters, IObjective<TBatch> objective, TrainerOptions options)
{
    /// <summary>Trains to the last step.</summary>
    /// <param name="microBatches">The micro-batches of a step.</param>
    /// <param name="log">Called every <see cref="TrainerOptions.LogEvery"/> steps and after the last.</param>
    /// <param name="tick">Called after every step.</param>
    /// <param name="cancel">Ends the run after the step at work, with a checkpoint.</param>
    /// <param name="checkpoints">Where the run resumes from and keeps its state; null starts at the first step and keeps nothing.</param>
    /// <param name="evaluate">Called after every step, behind its log line and before its checkpoint.</param>
    public void Run(Func<long, IReadOnlyList<TBatch>> microBatches, Action<TrainingLine> log, Action<long> tick, CancellationToken cancel, Checkpoints? checkpoints = null,
        Action<long>? evaluate = null)
    {
        cancel.ThrowIfCancellationRequested();
        using var optimizer = new AdamW(parameters, options.AdamW);
        var restored = checkpoints?.Restore(optimizer);
        var since = new MetricAverages(restored?.Since);
        tick(restored?.Step ?? 0);
        for (var step = restored?.Step ?? 0; step < options.TotalSteps; step++)
        {
            using var scope = NewDisposeScope();                 // everything below dies with the step
            var rate = options.Schedule.At(step);
            var batches = microBatches(step);
            if (Step(optimizer, batches, step, rate, since) is not { } gradNorm)
            {
                throw Diverged(step + 1, batches, checkpoints);
            }

            tick(step + 1);
            if ((step + 1) % options.LogEvery == 0 || step + 1 == options.TotalSteps)
            {
                log(since.Line(step + 1, options.TotalSteps, rate, gradNorm));
                since = new MetricAverages();
            }

            evaluate?.Invoke(step + 1);
            if (step + 1 < options.TotalSteps)                   // behind the last step the model itself is saved
            {
                Keep(checkpoints, step + 1, since, optimizer, cancel);
            }
        }
    }

    private static void Keep(Checkpoints? checkpoints, long step, MetricAverages since, AdamW optimizer, CancellationToken cancel)
    {
        var stops = cancel.IsCancellationRequested;
        if (checkpoints is not null && (stops || checkpoints.IsDue(step)))
        {
            checkpoints.Save(step, since.Sums, optimizer);
        }

        if (stops)
        {
            throw new OperationCanceledException(cancel);
        }
    }

    private static UserErrorException Diverged(long step, IReadOnlyList<TBatch> batches, Checkpoints? checkpoints)
    {
        var where = checkpoints?.KeepBatch(step, batches) is { } path ? $"; its batch is in {path}" : "";
        return new UserErrorException($"the loss or its gradient is no finite number in step {step}: training diverged; lower the learning rate or look at the data{where}.");
    }

    // The gradients' norm before clipping; null where something is not finite, and then no weight has moved.
    private double? Step(AdamW optimizer, IReadOnlyList<TBatch> batches, long step, double rate, MetricAverages since)
    {
        var total = batches.Sum(objective.Weight);
        var dropout = options.Dropout > 0 ? new Dropout(options.Dropout, options.Seed, step) : null;
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            var share = options.MeanOfMeans ? 1 / (objective.Weight(batch) * batches.Count) : 1 / total;
            var cost = objective.Evaluate(batch, dropout, share);
            since.Add(cost.Metrics.Append(new("loss", options.MeanOfMeans ? cost.Loss * share * total : cost.Loss)), objective.Weight(batch), objective.Tokens(batch));
            if (!double.IsFinite(cost.Loss))
            {
                return null;
            }
        }

        var norm = optimizer.GradientNorm();
        if (!double.IsFinite(norm))
        {
            return null;
        }

        if (options.MaxGradNorm > 0 && norm > options.MaxGradNorm)
        {
            optimizer.ScaleGradients(options.MaxGradNorm / (norm + 1e-6));
        }

        optimizer.Step(rate);
        return norm;
    }
}
