using static System.FormattableString;

namespace DpoSt.App.Commands.Transfer;

/// <summary>Sizes of files as a person reads them.</summary>
internal static class Sizes
{
    /// <summary>What progress is counted in.</summary>
    public const long Megabyte = 1_000_000;

    /// <summary>"1.5 kB", "250.0 MB".</summary>
    public static string Of(long bytes) => bytes < Megabyte ? Invariant($"{bytes / 1e3:0.0} kB") : Invariant($"{bytes / 1e6:0.0} MB");
}
