using System.Diagnostics;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Files;
using DpoSt.Tensors.Kernels;
using DpoSt.Training.Metrics;
using DpoSt.Training.Objectives;
using DpoSt.Training.Resuming;
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
    long TotalSteps, LearningRateSchedule Schedule, AdamWOptions AdamW, double MaxGradNorm, double Dropout, ulong Seed, int LogEvery,
        bool MeanOfMeans = false);

/// <summary>What happened in a step, and on average since the line before.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps of the run.</param>
/// <param name="Loss">The mean loss.</param>
/// <param name="LearningRate">The rate the step used.</param>
/// <param name="GradNorm">The gradients' norm before clipping.</param>
/// <param name="Metrics">The objective's own means.</param>
/// <param name="TokensPerSecond">Tokens of prompts and completions a second of training; evaluating and saving do not count.</param>
internal sealed record TrainingLine(
    long Step, long TotalSteps, double Loss, double LearningRate, double GradNorm, IReadOnlyDictionary<string, double> Metrics,
        double TokensPerSecond);

/// <summary>The one training loop, for every objective.</summary>
/// <param name="parameters">What is trained.</param>
/// <param name="objective">What is minimised.</param>
/// <param name="options">How.</param>
/// <param name="replicas">Who trains together; every one of them is given the same batches.</param>
internal sealed class Trainer<TBatch>(ParameterSet parameters, IObjective<TBatch> objective, TrainerOptions options, IReplicas replicas)
    where TBatch : class
{
    private readonly ReplicaObjective<TBatch> replica = new(objective, replicas);

    /// <summary>The trainer of a process alone.</summary>
    public Trainer(ParameterSet parameters, IObjective<TBatch> objective, TrainerOptions options)
        : this(parameters, objective, options, new OneReplica()) { }

    /// <summary>Trains to the last step.</summary>
    /// <param name="microBatches">The micro-batches of a step.</param>
    /// <param name="log">Called every <see cref="TrainerOptions.LogEvery"/> steps and after the last.</param>
    /// <param name="tick">Called after every step.</param>
    /// <param name="cancel">Ends the run after the step at work, and saves its state.</param>
    /// <param name="states">What the first replica resumes from and saves to; null starts at the first step and saves nothing.</param>
    /// <param name="evaluate">Called after every step, between its log line and saving.</param>
    public void Run(
        Func<long, IReadOnlyList<TBatch>> microBatches, Action<TrainingLine> log, Action<long> tick, CancellationToken cancel,
        ResumeStates? states = null, Action<long>? evaluate = null)
    {
        cancel.ThrowIfCancellationRequested();
        using var optimizer = new AdamW(parameters, options.AdamW);
        var restored = states?.Restore();
        var since = new MetricAverages(restored?.State.Since);
        var first = Start(optimizer, restored?.State.Step ?? 0, restored?.Folder);
        tick(first);
        for (var step = first; step < options.TotalSteps; step++)
        {
            var batches = microBatches(step);                    // may ask the model itself for new rows
            using var scope = NewDisposeScope();                 // everything below dies with the step
            var started = Stopwatch.GetTimestamp();
            var rate = options.Schedule.At(step);
            if (Step(optimizer, batches, step, rate, since) is not { } gradNorm)
            {
                throw Diverged(step + 1, batches, states);
            }

            since.AddTime(Stopwatch.GetElapsedTime(started));
            tick(step + 1);
            if ((step + 1) % options.LogEvery == 0 || step + 1 == options.TotalSteps)
            {
                log(since.Over(replicas, objective.MetricNames).Line(step + 1, options.TotalSteps, rate, gradNorm));
                since = new MetricAverages();
            }

            evaluate?.Invoke(step + 1);
            if (step + 1 < options.TotalSteps)                   // behind the last step the model itself is saved
            {
                Save(states, step + 1, since, optimizer, cancel);
            }
        }

        // A step is checked by the next one's loss; nothing follows the last.
        using var sums = NewDisposeScope();
        if (replicas.Sum([parameters.Buffers.Count(b => !double.IsFinite(b.Values.sum(ScalarType.Float64).item<double>()))])[0] > 0)
        {
            throw new UserErrorException(
                $"weights are not finite after step {options.TotalSteps}: training diverged; lower the learning rate or look at the data.");
        }
    }

    // All replicas begin where the first one stands; shards of a model that was just loaded do already.
    private long Start(AdamW optimizer, long step, string? folder)
    {
        step = (long)replicas.Sum([step])[0];
        optimizer.StepsDone = step;
        using var file = folder is null ? null : ResumeStateFolder.OpenTensors(folder);
        foreach (var (name, values, _) in optimizer.State)
        {
            using var whole = file?.View(name);
            if (step > 0 || !replicas.IsSharded)
            {
                replicas.Spread(whole ?? values, values);
            }
        }

        return step;
    }

    // What one replica wants all do: they must stop after the same step.
    private void Save(ResumeStates? states, long step, MetricAverages since, AdamW optimizer, CancellationToken cancel)
    {
        var wanted = replicas.Sum([cancel.IsCancellationRequested ? 1 : 0, states?.IsDue(step) == true ? 1 : 0]);
        var stops = wanted[0] > 0;
        if (stops || wanted[1] > 0)
        {
            var sums = since.Over(replicas, objective.MetricNames);
            var state = optimizer.State;
            replicas.Collect(
                [.. state.Select(t => (t.Values, t.Count))],
                whole => states?.Save(
                    step, sums, state.Select((t, i) => new PendingTensor(t.Name, t.Values.dtype, [t.Count], () => whole(i))), stops));
        }

        if (stops)
        {
            throw new OperationCanceledException(cancel);
        }
    }

    private static UserErrorException Diverged(long step, IReadOnlyList<TBatch> batches, ResumeStates? states)
    {
        var where = states?.KeepBatch(step, batches) is { } path ? $"; its batch is in {path}" : "";
        return new UserErrorException(
            $"the loss or its gradient is not finite in step {step}: training diverged; "
            + $"lower the learning rate or look at the data{where}.");
    }

    // The gradients' norm before clipping; null where something is not finite, and then no weight has moved.
    private double? Step(AdamW optimizer, IReadOnlyList<TBatch> batches, long step, double rate, MetricAverages since)
    {
        var total = batches.Sum(objective.Weight);
        var dropout = options.Dropout > 0 ? new Dropout(options.Dropout, options.Seed, step) : null;
        var isFinite = true;
        foreach (var (i, batch) in batches.Index())
        {
            if (i == batches.Count - 1)
            {
                replicas.BeginReduction();
            }

            using var scope = NewDisposeScope();
            var scale = options.MeanOfMeans ? 1 / (objective.Weight(batch) * batches.Count) : 1 / total;
            var share = replica.Evaluate(batch, dropout, scale);
            since.Add(share, options.MeanOfMeans ? share.Cost.Loss * scale * total : share.Cost.Loss);
            isFinite &= double.IsFinite(share.Cost.Loss);
            replicas.EndPass();
        }

        replicas.EndReduction();
        var norm = replicas.Norm(optimizer.GradientNorm());
        if (replicas.Sum([isFinite ? 0 : 1])[0] > 0 || !double.IsFinite(norm))
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
