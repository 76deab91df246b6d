using System.Globalization;
using static System.FormattableString;

namespace DpoSt.App.Console;

/// <summary>Large numbers and durations as a person reads them.</summary>
internal static class Quantity
{
    /// <summary>Of floating point operations.</summary>
    public static string Flops(double count)
    {
        var (value, unit) = count switch
        {
            >= 1e15 => (count / 1e15, "PFLOP"),
            >= 1e12 => (count / 1e12, "TFLOP"),
            _ => (count / 1e9, "GFLOP"),
        };
        return $"{value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture)} {unit}";
    }

    /// <summary>Of time.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 0.1 } => "under 0.1 ms",
        { TotalSeconds: < 0.1 } => Invariant($"{time.TotalMilliseconds:0.0} ms"),
        { TotalSeconds: < 100 } => Invariant($"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 2 } => Invariant($"{time.TotalMinutes:0} min"),
        { TotalDays: < 3 } => Invariant($"{time.TotalHours:0.0} h"),
        _ => Invariant($"{time.TotalDays:0} days"),
    };
}
