using System.Diagnostics;
using DpoSt.Runs;
using DpoSt.Training;
using DpoSt.Training.Metrics;
using Spectre.Console;
using static System.FormattableString;

namespace DpoSt.App.Console;

/// <summary>
/// Shows a run on standard error: a bar with rate and time left for the stage at work, a line of metrics a logging step, and one
/// line for every stage that is over. Where nobody watches (a pipe, a file), plain lines say the same.
/// </summary>
internal sealed class StageProgress(IAnsiConsole console, RateColumn rate, ProgressContext? context) : IStageReporter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private IReadOnlyList<string> stages = [];
    private WorkCount? stage;
    private WorkCount? part;
    private SpikeGauge losses = new();
    private SpikeGauge norms = new();
    private long started;

    /// <summary>Runs work under a reporter and gives its result. Where it takes a while to stop, a person is told that it will.</summary>
    public static T Watch<T>(CommandConsole console, Func<IStageReporter, T> work)
    {
        var (progress, column) = (console.Progress(), new RateColumn());
        if (!progress.Profile.Capabilities.Interactive || !progress.Profile.Capabilities.Ansi)
        {
            return Work(new StageProgress(progress, column, null), work, console.Cancel);
        }

        return progress.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(
                new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(),
                new PercentageColumn(), column, new RemainingTimeColumn())
            .Start(context => Work(new StageProgress(progress, column, context), work, console.Cancel));
    }

    public void Run(IReadOnlyList<string> stages)
    {
        this.stages = stages;
        if (stages.Count > 1)
        {
            console.WriteLine($"{stages.Count} stages. Ctrl-C stops at any moment; the same command goes on from there.");
        }
    }

    public void Begin(string stage, string what, long total, string unit)
    {
        (losses, norms) = (new SpikeGauge(), new SpikeGauge());
        started = Stopwatch.GetTimestamp();
        console.MarkupLineInterpolated($"[bold]{stage}[/]{Place(stage)}  {what}");
        this.stage = new WorkCount(console, rate, context, stage, total, unit);
    }

    public void Advance(long done)
    {
        EndPart();
        stage?.Advance(done);
    }

    public void Part(string what, long done, long total)
    {
        if (part?.Unit != what)
        {
            EndPart();
            part = new WorkCount(console, rate, context, what, total, what);
        }

        part.Advance(done);
        if (done == total)
        {
            EndPart();
        }
    }

    public void Log(TrainingLine line)
    {
        var metrics = string.Concat(line.Metrics.Where(m => !IsDetail(m.Key)).Select(m => Invariant($"  {m.Key} {m.Value:0.000}")));
        var text = Invariant($"  step {line.Step}/{line.TotalSteps}  loss {line.Loss:0.0000}{Spike(losses.Of(line.Loss))}")
            + Invariant($"  lr {line.LearningRate:0.00e+0}  grad {line.GradNorm:0.00}{Spike(norms.Of(line.GradNorm))}")
            + Invariant($"{metrics}  {line.TokensPerSecond:0} tokens/s");
        console.MarkupLineInterpolated($"[grey]{text}[/]");
    }

    public void End(string summary)
    {
        if (stage is null)
        {
            return;
        }

        EndPart();
        stage.Stop();
        stage = null;
        var end = summary.Length == 0 ? "" : $": {summary}";
        console.MarkupLineInterpolated($"  [green]done[/] in {WorkCount.Duration(Stopwatch.GetElapsedTime(started))}{end}");
    }

    public void Skip(string stage, string why) => console.MarkupLineInterpolated($"[grey]{stage}{Place(stage)}  {why}[/]");

    public void Note(string sentence) => console.MarkupLineInterpolated($"[yellow]{sentence}[/]");

    private static T Work<T>(StageProgress progress, Func<IStageReporter, T> work, CancellationToken cancel)
    {
        try
        {
            return Told(progress, work, cancel);
        }
        catch (OperationCanceledException) when (progress.stage is not null)
        {
            progress.Note($"  {progress.stage.Name} stopped at {progress.stage.Progress}");
            throw;
        }
    }

    // A step of a large model takes minutes: whoever sees nothing happen presses Ctrl-C again, and loses it.
    private static T Told<T>(StageProgress progress, Func<IStageReporter, T> work, CancellationToken cancel)
    {
        using var silent = new ManualResetEvent(false);
        var late = new Timer(_ => progress.Note("  stops as soon as that is safe; Ctrl-C again ends it at once, without saving"));
        var asked = cancel.Register(() => late.Change(Patience, Timeout.InfiniteTimeSpan));
        try
        {
            return work(progress);
        }
        finally
        {
            asked.Dispose();
            late.Dispose(silent);
            silent.WaitOne();                                  // nothing comes after what is said at the end
        }
    }

    private void EndPart()
    {
        if (part is not null)
        {
            part.Stop();
            part = null;
            stage?.Restart();
        }
    }

    private string Place(string name) =>
        stages.Count > 1 ? Invariant($" ({stages.ToList().IndexOf(name) + 1} of {stages.Count})") : "";

    // What a line has no room for; metrics.jsonl holds them all.
    private static bool IsDetail(string metric) =>
        metric.Contains("logps/", StringComparison.Ordinal)
            || metric.EndsWith("/chosen", StringComparison.Ordinal)
            || metric.EndsWith("/rejected", StringComparison.Ordinal);

    private static string Spike(double? z) =>
        z >= SpikeGauge.Spike ? Invariant($" (spike, z {z:+0.0})") : "";
}
