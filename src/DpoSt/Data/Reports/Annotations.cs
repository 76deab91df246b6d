using System.Text;
using System.Text.RegularExpressions;
using DpoSt.Text;

namespace DpoSt.Data.Reports;

/// <summary>The calculations in a rationale: annotated as <c>&lt;&lt;2+3=5&gt;&gt;</c>, or in plain text as <c>2 + 3 = 5</c>.</summary>
internal static partial class Annotations
{
    /// <summary>How many calculations are annotated.</summary>
    public static int Count(string rationale) => Annotated().Count(rationale);

    /// <summary>The annotations whose result is not what the calculation gives, to the decimals that are written.</summary>
    public static IReadOnlyList<string> Wrong(string rationale) =>
        [.. Annotated().Matches(rationale)
            .Where(match => Calculator.TryEvaluateNumber(PlainCalculation.Plain(match.Groups["left"].Value), out var value)
                && !PlainCalculation.IsRounded(value, PlainCalculation.Plain(match.Groups["right"].Value)))
            .Select(match => match.Value)];

    /// <summary>The calculations in plain text that have another result than is written, however they are read.</summary>
    public static IReadOnlyList<string> WrongInPlain(string rationale) =>
        [.. PlainCalculation.In(rationale).Where(calculation => calculation.IsWrong).Select(calculation => calculation.Written)];

    /// <summary>How many calculations in plain text have no annotation, and give what is written.</summary>
    public static int Missing(string rationale) => PlainCalculation.In(rationale).Count(calculation => calculation.IsExact);

    /// <summary>The rationale with <c>&lt;&lt;left=right&gt;&gt;</c> before the result of each plain calculation that the calculator gives
    /// exactly. Annotated a second time it stays as it is.</summary>
    public static string Annotate(string rationale)
    {
        var annotated = new StringBuilder(rationale);
        foreach (var calculation in PlainCalculation.In(rationale).Where(calculation => calculation.IsExact).Reverse())
        {
            annotated.Insert(calculation.At, $"<<{calculation.Left}={calculation.Right}>>");
        }

        return annotated.ToString();
    }

    [GeneratedRegex(
        "<<(?<left>[^<>=]+)=(?<right>[^<>=]+)>>",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Annotated();
}
