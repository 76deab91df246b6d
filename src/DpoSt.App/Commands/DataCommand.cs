using System.CommandLine;
using System.Globalization;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.App.Report;
using DpoSt.Configuration.Sections;
using DpoSt.Data.Reports;
using DpoSt.SelfTraining;
using DpoSt.Text.Tokenizers;
using DpoSt.Verification;
using static System.FormattableString;

namespace DpoSt.App.Commands;

/// <summary><c>dpost data</c>: what is in a file of questions.</summary>
internal static class DataCommand
{
    private const int Examples = 3;

    public static Command Create(CommandConsole console)
    {
        var file = new Argument<string>("file") { Description = "Questions in any format and shape." };
        var other = CommandOption.Of<string?>("--against", "Other questions that it should not share, such as the test's.", "FILE");
        var tokenizer = CommandOption.Of<string?>(
            "--tokenizer", "Count tokens with it: a model's folder, or a tokenizer's file.", "DIR-OR-FILE");
        var annotate = CommandOption.Of<string?>(
            "--annotate", "Write the questions there, with <<2+3=5>> put into rationales that calculate in plain text.", "FILE");
        var html = CommandOption.Of<string?>("--html", "Write the report there too, as a page with pictures.", "FILE");
        var json = CommandOption.Json();
        var command = new Command("data", CommandHelp.Of(
            "Report on a file of questions before hours are spent on it: its shape, repeated questions, answers that nothing reads, "
            + "annotated calculations that are wrong or missing.",
            "dpost data my/train.jsonl --against my/test.jsonl")) { file, other, tokenizer, annotate, html, json };
        var verifier = new VerifierArguments(command);
        var columns = new ColumnsArgument(command);
        command.SetAction(parsed =>
        {
            var (path, names) = (NamedData.File(parsed.GetValue(file)!), columns.Columns(parsed));
            var against = parsed.GetValue(other) is { } named ? NamedData.File(named) : null;
            var report = DataReport.Of(path, against, Verifiers.Of(verifier.Options(parsed)), names);
            var limits = new DataSection();
            var (questions, rationales) = parsed.GetValue(tokenizer) is { } place ? Lengths(path, names, place, limits) : (null, null);
            console.Write(
                parsed.GetValue(json), new { report, questions, rationales },
                () => console.WriteFacts([.. Facts(report, against), .. Facts(questions, rationales)]));
            if (parsed.GetValue(html) is { } page)
            {
                if (PathIdentity.Of(page) == PathIdentity.Of(path))
                {
                    throw new UserErrorException($"--html {page} is the file itself, which the page would replace: name another.");
                }

                AtomicFile.WriteAllText(page, DataPage.Html(
                    report, [.. Facts(report, against), .. Facts(questions, rationales)],
                    Pictures(path, names, parsed.GetValue(tokenizer), limits)));
                console.Error.WriteLine($"{page}: open it in a browser.");
            }

            if (parsed.GetValue(annotate) is { } to)
            {
                console.Error.WriteLine($"{to}: {Counted.Of(AnnotatedFile.Write(path, to, names), "rationale")} annotated.");
            }
        });
        return command;
    }

    private static (TokenLengths? Questions, TokenLengths? Rationales) Lengths(
        string path, ColumnsSection columns, string tokenizer, DataSection limits)
    {
        var loaded = TokenizerLoader.Load(tokenizer);
        return (
            TokenLengths.Of(AnnotatedFile.Texts(path, columns).Select(row => row.Question), loaded, limits.MaxSrcLen),
            TokenLengths.Of(AnnotatedFile.Texts(path, columns).Select(row => row.Rationale).OfType<string>(), loaded, limits.MaxTgtLen));
    }

    // In words where nothing says what a token is.
    private static IEnumerable<TextLengths> Pictures(string path, ColumnsSection columns, string? tokenizer, DataSection limits)
    {
        var loaded = tokenizer is null ? null : TokenizerLoader.Load(tokenizer);
        var unit = loaded is null ? "words" : "tokens";
        var texts = AnnotatedFile.Texts(path, columns).ToList();
        yield return new("Questions", unit, [.. texts.Select(text => Length(text.Question))], loaded is null ? null : limits.MaxSrcLen);
        yield return new(
            "Rationales", unit, [.. texts.Select(text => text.Rationale).OfType<string>().Select(Length)],
            loaded is null ? null : limits.MaxTgtLen);

        int Length(string text) =>
            loaded?.Encode(text).Count ?? text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
    }

    private static IEnumerable<(string Name, string Value)> Facts(DataReport report, string? against)
    {
        yield return ("rows", $"{Count(report.Rows)} of {report.Shape}");
        yield return ("without a rationale", Count(report.WithoutRationale));
        yield return ("without a final answer", Count(report.WithoutAnswer));
        yield return ("answers not read", List(report.Refused));
        yield return ("repeated questions", Repeated(report.Repetitions));
        if (against is not null)
        {
            yield return ($"shared with {against}", Repeated(report.Shared));
        }

        yield return ("calculations", Count(report.Calculations));
        yield return ("wrong ones", List(report.Wrong));
        yield return ("not annotated", Count(report.Missing));
    }

    private static IEnumerable<(string Name, string Value)> Facts(TokenLengths? questions, TokenLengths? rationales)
    {
        foreach (var (name, lengths) in ((string, TokenLengths?)[])[("tokens, questions", questions), ("tokens, rationales", rationales)])
        {
            if (lengths is not null)
            {
                yield return (
                    name, Invariant($"half have at most {lengths.Median}, 99 % {lengths.Percentile99}, the longest {lengths.Longest}; ")
                    + Invariant($"{lengths.Cut} are longer than {lengths.Limit} and would be cut"));
            }
        }
    }

    private static string Repeated(IReadOnlyList<Repetition> found) =>
        $"{Count(found.Count(r => r.IsExact))} to the letter, {Count(found.Count(r => !r.IsExact))} with a word or two changed"
        + string.Concat(found.Take(Examples).Select(r => $"\n  {r.Row} and {r.Of}"));

    private static string List(IReadOnlyList<string> found) =>
        Count(found.Count) + string.Concat(found.Take(Examples).Select(f => $"\n  {f}"));

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
