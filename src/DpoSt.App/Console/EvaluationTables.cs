using System.Globalization;
using DpoSt.Evaluation;
using Spectre.Console;
using static System.FormattableString;

namespace DpoSt.App.Console;

/// <summary>What an evaluation found, and how two of them differ, for a person to read.</summary>
internal static class EvaluationTables
{
    public static void Write(IAnsiConsole console, EvaluationReport report)
    {
        var rows = new[] { ("all", report.Greedy) }.Concat(
            report.BySteps.Select(s => (Invariant($"{s.Steps}"), s.Greedy)));
        console.Write(Accuracies(console, "steps", rows));
        if (report.Samples.Count > 0)
        {
            var samples = FigureTable.New(console, "k", "pass@k", "maj@k");
            foreach (var score in report.Samples)
            {
                samples.AddRow(score.K.ToString(CultureInfo.InvariantCulture), Percent(score.Pass), Percent(score.Majority));
            }

            console.Write(samples);
        }

        var calculator = report.Calculator;
        console.WriteLine(
            $"calculator {(calculator.IsOn ? "on" : "off")}: {calculator.Answers} of {report.Greedy.Total} answers call it, "
            + Invariant($"{calculator.CallsPerAnswer:0.0} times an answer; {report.Invalid} answers end without a number"));
        if (report.LeftOut > 0)
        {
            console.WriteLine($"left out: {report.LeftOut} of the file's questions, whose answer is not a single number");
        }

        console.WriteLine($"answers: {report.Answers}{(report.SampledAnswers is null ? "" : $" and {report.SampledAnswers}")}");
    }

    public static void Write(IAnsiConsole console, AnswerComparison comparison)
    {
        var ((first, second), difference) = ((comparison.First, comparison.Second), comparison.Difference);
        console.Write(Accuracies(console, "answers", [(first, comparison.FirstAccuracy), (second, comparison.SecondAccuracy)]));
        console.WriteLine(
            $"right: both {comparison.Both}, only the first {comparison.OnlyFirst}, only the second {comparison.OnlySecond}, "
            + $"none {comparison.Neither}");
        var p = difference.PValue < 0.001 ? "< 0.001" : Invariant($"= {difference.PValue:0.000}");
        console.WriteLine($"{DifferenceText.Of("second", "first", difference)} (p {p})");
    }

    private static Table Accuracies(IAnsiConsole console, string name, IEnumerable<(string Name, Accuracy Accuracy)> rows)
    {
        var table = FigureTable.New(console, name, "right", "of", "%", "95 % interval");
        foreach (var (label, (right, total, share, low, high)) in rows)
        {
            table.AddRow(
                Markup.Escape(label), right.ToString(CultureInfo.InvariantCulture), total.ToString(CultureInfo.InvariantCulture),
                Percent(share), $"{Percent(low)} - {Percent(high)}");
        }

        return table;
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
