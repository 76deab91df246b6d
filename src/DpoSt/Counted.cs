using System.Globalization;

namespace DpoSt;

/// <summary>Numbers of things in sentences.</summary>
internal static class Counted
{
    /// <summary>"1 question", "2 questions".</summary>
    public static string Of(int count, string thing, string? things = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? thing : things ?? thing + "s")}");

    /// <summary>"once", "5 times".</summary>
    public static string Times(int count) => count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");
}
