using System.Globalization;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.Reports;
using DpoSt.Verification;
using static System.FormattableString;

namespace DpoSt.SelfTraining;

/// <summary>The key figures of a run's data in a few lines, before hours are spent on it; <c>dpost data</c> has the rest.</summary>
internal static class DataGlance
{
    // A start should take seconds: of more rows these many, evenly, are measured and compared.
    private const int Most = 20_000;

    /// <summary>A line on the rows to learn from, one on their lengths where the base model is there, one on each other file.</summary>
    public static IEnumerable<string> Of(LoopPlan plan, IReadOnlyList<(string File, ProblemSet Problems)> sets)
    {
        var (file, train) = sets[0];
        var known = new NearDuplicates();
        var repeated = Some(train).Select(problem => known.Add(problem.Question)).OfType<(int, bool)>().Count();
        yield return $"{Head(file, train)}; {Repeated(repeated)}{OfSome(train)}";
        var bare = Some(train).Count(problem => problem.Answer is { } answer && GoldText.IsAllOf(answer, problem.Ans));
        if (bare > 0)
        {
            yield return $"  {Counted.Of(bare, "row has", "rows have")} a final answer and no steps: a model learns to answer at once";
        }

        var encoder = Encoder(plan);
        if (encoder is not null)
        {
            yield return Lengths(plan, encoder, [.. Some(train).Where(problem => problem.Answer is not null)]);
        }

        foreach (var (other, problems) in sets.Skip(1))
        {
            var shared = Some(problems).Count(problem => known.Find(problem.Question) is not null);
            var limit = plan.Answers.MaxPromptTokens;
            var cut = encoder is null || encoder.Format.IsCausal ? 0
                : Some(problems).Count(problem => encoder.Question(problem.Question).Length > limit);
            yield return $"{Head(other, problems)}; {(shared == 0 ? "none" : Number(shared))} shared with {Shown.Path(file)}"
                + (cut == 0 ? "" : $"; data.max_src_len {limit} cuts {Counted.Of(cut, "question")}") + OfSome(problems);
        }
    }

    // A dry run may have no model yet; whoever loads it says what is wrong with it.
    private static RowEncoder? Encoder(LoopPlan plan)
    {
        try
        {
            return RowEncoder.Of(plan.BaseModel, plan.Prompt);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    private static string Head(string file, ProblemSet set) => $"{Shown.Path(file)}: {Number(set.Count)} rows of {set.Shape}";

    private static string Repeated(int count) => count == 0 ? "no question comes twice"
        : $"{Number(count)} questions repeat another (dpost data names them)";

    private static string Lengths(LoopPlan plan, RowEncoder encoder, IReadOnlyList<Problem> rows)
    {
        var lengths = rows.Select(row => encoder.Row(encoder.Format.Prompt(row.Question), encoder.Format.Target(row.Answer!)))
            .Select(row => (Prompt: row.Prompt.Length, Completion: row.Completion.Length))
            .ToList();
        if (lengths.Count == 0)
        {
            return "  no row has a rationale to learn";
        }

        // A causal model's row is cut beyond the limit of both together.
        (string Limit, int Cut)[] cuts = encoder.Format.IsCausal
            ?
            [
                (Invariant($"data.model_max_length {plan.SftLimits.Total}"), Longer(l => l.Prompt + l.Completion, plan.SftLimits.Total)),
                (Invariant($"dpo.trainer.max_length {plan.DpoLimits.Total}"), Longer(l => l.Prompt + l.Completion, plan.DpoLimits.Total)),
            ]
            :
            [
                (Invariant($"data.max_src_len {plan.SftLimits.Prompt}"), Longer(l => l.Prompt, plan.SftLimits.Prompt)),
                (Invariant($"data.max_tgt_len {plan.SftLimits.Completion}"), Longer(l => l.Completion, plan.SftLimits.Completion)),
                (Invariant($"dpo.trainer.max_prompt_length {plan.DpoLimits.Prompt}"), Longer(l => l.Prompt, plan.DpoLimits.Prompt)),
                (Invariant($"dpo.trainer.max_target_length {plan.DpoLimits.Completion}"),
                    Longer(l => l.Completion, plan.DpoLimits.Completion)),
            ];
        var biting = cuts.Where(cut => cut.Cut > 0).Select(cut => $"{cut.Limit} cuts {Number(cut.Cut)}").ToList();
        return $"  tokens (half, 99 %, longest): questions {Spread(l => l.Prompt)}, rationales {Spread(l => l.Completion)}; "
            + (biting.Count == 0 ? "no limit cuts any" : string.Join(", ", biting));

        int Longer(Func<(int Prompt, int Completion), int> length, int limit) => lengths.Count(row => length(row) > limit);

        string Spread(Func<(int Prompt, int Completion), int> length) =>
            TokenLengths.Of(lengths.Select(length), int.MaxValue) is { } spread
                ? Invariant($"{spread.Median}, {spread.Percentile99}, {spread.Longest}") : "";
    }

    private static IEnumerable<Problem> Some(ProblemSet set) =>
        set.Count <= Most ? set : Enumerable.Range(0, Most).Select(i => set[(int)((long)i * set.Count / Most)]);

    private static string OfSome(ProblemSet set) => set.Count <= Most ? "" : Invariant($" (looked at {Most:N0} of them)");

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
