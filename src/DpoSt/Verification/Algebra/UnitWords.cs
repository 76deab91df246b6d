namespace DpoSt.Verification.Algebra;

/// <summary>Words behind a number: units, which do not count, and words that multiply it.</summary>
internal static class UnitWords
{
    private static readonly Dictionary<string, long> Multipliers = new (string Word, long By)[]
    {
        ("hundred", 100), ("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000), ("trillion", 1_000_000_000_000),
        ("dozen", 12),
    }.ToDictionary(pair => pair.Word, pair => pair.By, StringComparer.OrdinalIgnoreCase);

    // Short ones; a word of four letters or more is no product of variables anyway.
    private static readonly HashSet<string> Short = new(StringComparer.Ordinal)
    {
        "mm", "cm", "dm", "km", "mg", "kg", "ml", "mL", "dl", "cl", "cc", "ft", "in", "yd", "mi", "oz", "lb", "lbs", "hr", "hrs", "min",
        "sec",
        "ms", "Hz", "kHz", "mph", "kph", "kW", "kWh", "rpm", "psi", "Pa", "kPa", "mol", "rad", "deg", "day", "yr", "yrs", "sq", "cu", "USD",
        "EUR", "GBP", "cup", "men", "pm", "am", "PM", "AM", "per", "of", "gal", "pt", "qt", "cal", "km/h",
    };

    private const string ProductLetters = "abcdkmnpqrstuvwxyz";

    /// <summary>By how much a word multiplies the number before it; null where it is no such word.</summary>
    public static long? Multiplier(string word) => Multipliers.TryGetValue(word, out var by) ? by : null;

    /// <summary>Whether a word behind a number is a unit, and not a product of variables.</summary>
    /// <param name="word">At least two letters.</param>
    /// <param name="isApart">Whether a blank is before it.</param>
    public static bool IsUnit(string word, bool isApart) =>
        Short.Contains(word) || word.Length > 3 || (isApart && word.Any(c => !ProductLetters.Contains(c, StringComparison.Ordinal)));
}
