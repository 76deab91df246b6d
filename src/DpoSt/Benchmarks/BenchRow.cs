using System.Diagnostics;
using System.Text.Json.Serialization;

namespace DpoSt.Benchmarks;

/// <summary>One line of a generation measurement.</summary>
/// <param name="Model">t5 or llama.</param>
/// <param name="Dtype">fp32 or bf16: the type of matrix products.</param>
/// <param name="Mode">plain, script or calc, or what another protocol compares.</param>
/// <param name="Batch">Rows decoded together.</param>
/// <param name="TokensPerS">Generated tokens a second, the median of the runs.</param>
/// <param name="Spread">The slowest and the fastest run.</param>
internal sealed record GenerateRow(string Model, string Dtype, string Mode, int Batch, double TokensPerS, double[] Spread)
{
    /// <summary>For calc: the median over pairs of runs of its rate over script's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RatioToScript { get; init; }

    /// <summary>For calc: tokens over tokens not forced, what jumping ahead could win at most.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Ceiling { get; init; }
}

/// <summary>Times and medians.</summary>
internal static class Measure
{
    // The runtime compiles what runs often once more, in the background, and memory is fresh from the system: the first passes of a
    // training took up to half again as long.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <summary>How long something takes, in seconds.</summary>
    public static double Seconds(Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>What some runs give, behind as many as it takes to warm up, one at least.</summary>
    public static T[] Runs<T>(int runs, Func<T> run, TimeSpan? warmUp = null)
    {
        var started = Stopwatch.GetTimestamp();
        do
        {
            run();
        }
        while (Stopwatch.GetElapsedTime(started) < (warmUp ?? WarmUp));

        var results = new T[runs];
        for (var i = 0; i < runs; i++)
        {
            results[i] = run();
        }

        return results;
    }

    /// <summary>The middle of some numbers; of the two in the middle their mean.</summary>
    public static double Median(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
