using System.Text.RegularExpressions;

namespace DpoSt.Text;

/// <summary>How much arithmetic a text does.</summary>
internal static class RationaleSteps
{
    // An operator follows an operand: a minus sign does not, and neither does the "/" of a unit outside.
    private static readonly Regex Operator = new("[0-9)%.] *[-+*/]", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    private static readonly Regex Annotation = new(
        "<<(?<expression>[^<>=]*)=", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    /// <summary>The operations (+ - * /) in the annotations of a gold rationale in GSM8K's form: the steps of its question.</summary>
    public static int Count(string rationale)
    {
        ArgumentNullException.ThrowIfNull(rationale);
        return Annotation.Matches(rationale).Sum(annotation => Operator.Count(annotation.Groups["expression"].Value));
    }

    /// <summary>How often the calculator fires in a generated text.</summary>
    public static int CountCalls(string text, CalculatorFormat format)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(format);
        var follower = format.Follow();
        return Enumerable.Range(0, text.Length).Count(i => follower.Append(text.AsSpan(i, 1)) is not null);
    }
}
