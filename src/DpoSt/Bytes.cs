using System.Globalization;

namespace DpoSt;

/// <summary>Amounts of memory for people.</summary>
internal static class Bytes
{
    /// <summary>In decimal units, three digits: "1.24 GB".</summary>
    public static string Text(long bytes)
    {
        var (value, unit) = (double)bytes switch
        {
            >= 1e12 => (bytes / 1e12, "TB"),
            >= 1e9 => (bytes / 1e9, "GB"),
            >= 1e6 => (bytes / 1e6, "MB"),
            _ => (bytes / 1e3, "kB"),
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture)} {unit}");
    }
}
