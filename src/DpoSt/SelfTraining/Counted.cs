using System.Globalization;

namespace DpoSt.SelfTraining;

/// <summary>Numbers of things in sentences.</summary>
internal static class Counted
{
    /// <summary>"1 question", "2 questions".</summary>
    public static string Of(int count, string thing) => string.Create(CultureInfo.InvariantCulture, $"{count} {thing}{(count == 1 ? "" : "s")}");

    /// <summary>"once", "5 times".</summary>
    public static string Times(int count) => count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");
}
