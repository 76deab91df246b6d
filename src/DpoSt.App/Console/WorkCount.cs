using System.Diagnostics;
using Spectre.Console;
using static System.FormattableString;

namespace DpoSt.App.Console;

/// <summary>How far some work is, how fast it goes and how long the rest takes: a bar, or where there is none lines a while
/// apart.</summary>
internal sealed class WorkCount
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(15);
    private readonly IAnsiConsole console;
    private readonly RateColumn rates;
    private readonly ProgressTask? task;
    private readonly long total;
    private long done;
    private long started = Stopwatch.GetTimestamp();
    private long lastPlain = Stopwatch.GetTimestamp();
    private long? before;

    /// <param name="console">Where lines go.</param>
    /// <param name="rates">The column with the rate of each bar.</param>
    /// <param name="context">Where bars are; null writes lines.</param>
    /// <param name="name">What stands before the bar.</param>
    /// <param name="total">How many units there are.</param>
    /// <param name="unit">What a unit is called, in the plural.</param>
    public WorkCount(IAnsiConsole console, RateColumn rates, ProgressContext? context, string name, long total, string unit)
    {
        (this.console, this.rates, this.total, Name, Unit) = (console, rates, total, name, unit);
        task = context?.AddTask(Markup.Escape(name), maxValue: Math.Max(1, total));
    }

    public string Name { get; }

    public string Unit { get; }

    /// <summary>How far it is, in words.</summary>
    public string Progress => Invariant($"{done} of {total} {Unit}");

    /// <summary>Tells how far the work is; the first time perhaps what an earlier run had done.</summary>
    public void Advance(long done)
    {
        this.done = done;
        before ??= done;
        if (task is not null)
        {
            task.Value = done;
            rates.Set(task, Pace() is var (rate, _) ? $"{rate} {Unit.Split(' ')[0]}/s" : "");
        }
        else if (Stopwatch.GetElapsedTime(lastPlain) > PlainInterval)
        {
            lastPlain = Stopwatch.GetTimestamp();
            console.WriteLine($"  {Progress}{(Pace() is var (rate, left) ? $", {rate}/s, {Duration(left)} left" : "")}");
        }
    }

    /// <summary>Begins to take the time now, if none of the work was done: something else came first.</summary>
    public void Restart() => started = before is null ? Stopwatch.GetTimestamp() : started;

    /// <summary>Takes the bar away.</summary>
    public void Stop()
    {
        task?.StopTask();
        task?.Value = task.MaxValue;
    }

    // Null while nothing was made.
    private (string Rate, TimeSpan Left)? Pace() => done - before is { } made and not 0 && Stopwatch.GetElapsedTime(started) is var elapsed
        ? (RateColumn.Text(made / elapsed.TotalSeconds), elapsed * ((double)(total - done) / made)) : null;

    /// <summary>A time as people read it.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds < 60
        ? Invariant($"{time.TotalSeconds:0.0} s")
        : Invariant($"{(int)time.TotalMinutes} min {time.Seconds} s");
}
