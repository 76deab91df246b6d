using System.Globalization;
using System.Text;
using DpoSt.App.Console;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using static DpoSt.App.Report.HtmlPage;
using static System.FormattableString;

namespace DpoSt.App.Report;

/// <summary>What a run has come to, as one HTML page that needs nothing else: no script, no file, no request.</summary>
internal static class ReportPage
{
    /// <summary>The page.</summary>
    public static string Html(RunSummary run)
    {
        var page = Begin(run.ExpName);
        Stages(page, run);
        Accuracy(page, run);
        Findings(page, run);
        Training(page, run);
        Passes(page, run);
        Selections(page, run);
        Examples(page, run);
        page.Append(Line($"<footer>{Escaped(string.Join(", ", run.Versions.Select(v => $"{v.Key} {v.Value}")))}</footer>"));
        return End(page);
    }

    // Of a run that is over there is nothing to say.
    private static void Stages(StringBuilder page, RunSummary run)
    {
        var missing = run.Stages.Where(s => !s.IsDone).Select(s => s.Name).ToList();
        if (missing.Count > 0)
        {
            var done = run.Stages.Where(s => s.IsDone).Select(s => s.Name).ToList();
            page.AppendLine("<h2>Stages</h2>")
                .Append(Line($"<p>{done.Count} of {run.Stages.Count} stages are done{(done.Count > 0 ? $": {Names(done)}" : "")}.</p>"))
                .Append(Line($"<p>Still to come: {Names(missing)}.</p>"));
        }
    }

    private static void Accuracy(StringBuilder page, RunSummary run)
    {
        page.AppendLine("<h2>Accuracy</h2>");
        if (run.Evaluations.Count == 0)
        {
            page.AppendLine("<p>No model is evaluated yet.</p>");
            return;
        }

        var rows = run.Evaluations.Where(e => e.DataSet == run.TestSet).ToList();
        var lines = new List<ChartLine>();
        // A run may end with its DPO model.
        var ends = RunName.ResultOf(rows.Select(r => RunName.Parse(r.Run)))?.Kind ?? RunName.SftKind;
        foreach (var (kind, name) in new[] { (ends, ends == RunName.SftKind ? "DPO-ST" : "DPO"), (RunName.BaselineKind, "self-training") })
        {
            // The first iteration of both starts from the same fine-tuned model.
            var points = rows.Select(r => (Run: RunName.Parse(r.Run), r.Greedy))
                .Where(r => r.Run.Kind == kind || r.Run == RunName.Sft(0))
                .Select(r => (X: (double)(r.Run.Number ?? 0), Y: 100 * r.Greedy))
                .OrderBy(p => p.X)
                .ToList();
            if (points.Count > 1 || (kind == ends && points.Count > 0))
            {
                lines.Add(new ChartLine($"{name}, {run.TestSet}", [.. points.Select(p => p.X)], [.. points.Select(p => p.Y)]));
            }
        }

        lines.AddRange(PaperResults.ByIteration.Select(p =>
            new ChartLine(p.Model, [.. p.Accuracy.Select((_, i) => (double)i)], p.Accuracy, IsOurs: false)));
        Figure(
            page, LineChart.Svg("accuracy", "iteration", "% right, greedy", lines),
            "Greedy accuracy by iteration. "
            + "The paper's lines are of other models, on GSM8K: they show the shape to expect, not a level to reach.");
        Table(
            page, ["model", "data", "problems", "greedy", "95 % interval", "no calculator", "pass@1", "pass@n", "maj@n"],
            run.Evaluations.OrderBy(e => e.DataSet != run.TestSet).ThenBy(e => e.DataSet, StringComparer.Ordinal).Select(e => (string[])
            [
                ResultTable.Describe(e.Run), e.DataSet, Number(e.Problems), Percent(e.Greedy),
                $"{Percent(e.GreedyLow)} - {Percent(e.GreedyHigh)}", Percent(e.GreedyWithoutCalculator), Percent(e.PassAt1),
                Percent(e.PassAtN), Percent(e.MajorityAtN)
            ]));
        Table(
            page, ["GSM8K, % right", "iteration 0", "1", "2", "3"],
            PaperResults.ByIteration.Select(p => (string[])[p.Model, .. p.Accuracy.Select(a => Percent(a / 100))]));
    }

    private static void Findings(StringBuilder page, RunSummary run)
    {
        if (run.Findings.Count > 0)
        {
            page.AppendLine("<h2>What was not learnt</h2>").AppendLine("<ul>");
            run.Findings.ToList().ForEach(finding => page.Append(Line($"<li>{Escaped(finding)}</li>")));
            page.AppendLine("</ul>");
        }
    }

    private static void Training(StringBuilder page, RunSummary run)
    {
        if (run.Trainings.Count == 0)
        {
            return;
        }

        page.AppendLine("<h2>Training</h2>");
        Curves("loss", "loss", "Loss of fine-tuning.", run.Trainings.Where(t => !IsDpo(t.Run)));
        Curves(
            "dpo-loss", "loss", "Loss of preference optimisation; ln 2 = 0.693 is a model that prefers nothing yet.",
            run.Trainings.Where(t => IsDpo(t.Run)));
        Curves(
            "margins", "rewards/margins", "Reward margins: how much further chosen rationales have moved up than rejected ones.",
            run.Trainings.Where(t => IsDpo(t.Run)));

        Curves(
            "chosen", "logps/chosen", "Log-probability of chosen rationales; where it falls, the model forgets what is right.",
            run.Trainings.Where(t => IsDpo(t.Run)));
        Curves("rejected", "logps/rejected", "Log-probability of rejected rationales.", run.Trainings.Where(t => IsDpo(t.Run)));
        if (run.Distances.Count > 0)
        {
            Table(
                page, ["model", "KL to its reference, nats an answer", "standard error", "answers"],
                run.Distances.Select(d => (string[])[d.Run, Invariant($"{d.Kl:0.00}"), Invariant($"{d.StandardError:0.00}"),
                    Number(d.Answers)]));
        }

        void Curves(string id, string metric, string caption, IEnumerable<TrainingCurve> trainings)
        {
            var lines = trainings.Select(t => (t.Run, Lines: t.Lines.Where(l => l.ContainsKey(metric) && l.ContainsKey("step")).ToList()))
                .Where(t => t.Lines.Count > 0)
                .Select(t => new ChartLine(t.Run, [.. t.Lines.Select(l => l["step"])], [.. t.Lines.Select(l => l[metric])])).ToList();
            if (lines.Count > 0)
            {
                Figure(page, LineChart.Svg(id, "step", metric, lines), caption);
            }
        }
    }

    private static void Passes(StringBuilder page, RunSummary run)
    {
        if (run.Passes.Count > 0)
        {
            page.AppendLine("<h2>pass@k</h2>");
            var lines = run.Passes.Select(p =>
                new ChartLine(p.Run, [.. p.PassAtK.Select((_, i) => i + 1.0)], [.. p.PassAtK.Select(v => 100 * v)])).ToList();
            Figure(
                page, LineChart.Svg("pass", "k", $"pass@k on {run.TestSet}, %", lines),
                "The share of questions that at least one of k samples solves (unbiased).");
            Table(
                page, ["model", .. Enumerable.Range(1, run.Passes.Max(p => p.PassAtK.Count)).Select(k => $"pass@{k}")],
                run.Passes.Select(p => (string[])[p.Run, .. p.PassAtK.Select(Percent)]));
        }
    }

    private static void Selections(StringBuilder page, RunSummary run)
    {
        if (run.Selections.Count > 0)
        {
            page.AppendLine("<h2>Pairs and pseudo-labels</h2>");
            Table(
                page,
                [
                    "from the samples of", "pairs", "withheld pairs", "questions with pairs, %", "rows of the next fine-tuning",
                    "of them gold", "of models' own", "of models' own, %", "right rationales a question",
                ],
                run.Selections.Select(s => (string[])
                [
                    s.Run, Number(s.Pairs), Number(s.WithheldPairs), Percent(s.PairedQuestions), Number(s.PseudoLabels),
                    Number(s.GoldRows), Number(s.OwnSamples), Percent(s.OwnRows),
                    s.RightRationales is { } kept ? Invariant($"{kept:0.00}") : "",
                ]));
        }
    }

    private static void Examples(StringBuilder page, RunSummary run)
    {
        if (run.Examples.Count > 0)
        {
            page.AppendLine("<h2>Answers</h2>")
                .AppendLine("<p>Greedy answers of the last model; <mark>calculations</mark> are marked.</p>");
        }

        foreach (var example in run.Examples)
        {
            var verdict = example.IsCorrect ? "right" : "wrong";
            var truth = example is { IsCorrect: false, Ans: { } ans } ? $" (the answer is {Escaped(ans)})" : "";
            page.Append(Line($"<article class=\"{verdict}\"><strong>{verdict}</strong>{truth}"))
                .Append(Line($"<p>{Escaped(example.Question)}</p><p>{Rationale.Html(example.Text)}</p></article>"));
        }
    }

    private static string Names(IEnumerable<string> stages) => Escaped(string.Join(", ", stages));

    private static bool IsDpo(string run) => RunName.Parse(run).Kind == RunName.DpoKind;

    private static string Number(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Percent(double? share) => share is { } value ? Percent(value) : "";

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
