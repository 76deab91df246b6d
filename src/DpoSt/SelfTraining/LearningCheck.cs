using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Runs;
using static System.FormattableString;

namespace DpoSt.SelfTraining;

/// <summary>Where a run has learnt nothing: a sentence each, with the likely cause. They are told when a stage finds them, behind the final
/// table, and in the report.</summary>
internal static class LearningCheck
{
    /// <summary>Pairs from a smaller share of the questions are few.</summary>
    private const double FewQuestions = 0.05;

    /// <summary>What the files of a run say.</summary>
    public static IEnumerable<string> Of(
        string outputs, string models, IReadOnlyList<string> runs, IReadOnlyList<SelectionCounts> selections,
        IReadOnlyList<EvaluationRow> evaluations)
    {
        foreach (var chosen in selections)
        {
            var file = Path.Combine(outputs, chosen.Run, ExperimentFolder.Train, LabelledQuestionFile.Name(ExperimentFolder.Train));
            IReadOnlyList<LabelledQuestion> questions = File.Exists(file) ? [.. LabelledQuestionFile.Read(file)] : [];
            if (chosen is { OwnSamples: 0, PseudoLabels: > 0 })
            {
                yield return NoOwnRationale(chosen.Run, questions);
            }

            if (FewPairs(chosen.Run, chosen.PairedQuestions ?? 1, questions) is { } few)
            {
                yield return few;
            }
        }

        foreach (var run in runs.Select(RunName.Parse))
        {
            if (SameWeights(run, name => Path.Combine(models, name.Text)) is { } same)
            {
                yield return same;
            }

            if (evaluations.FirstOrDefault(e => e.Run == run.Text) is { } row
                && Fell(row, evaluations.FirstOrDefault(e => e.Run == Before(run)?.Text && e.DataSet == row.DataSet)) is { } fell)
            {
                yield return fell;
            }
        }
    }

    /// <summary>The model that a run's is to be better than; null of the first.</summary>
    public static RunName? Before(RunName run) => run switch
    {
        { Number: null or 0 } => null,
        { Kind: RunName.BaselineKind, Number: 1 } => RunName.Sft(0),
        { Kind: RunName.BaselineKind, Number: { } n } => RunName.Baseline(n - 1),
        { Kind: RunName.SftKind or RunName.DpoKind, Number: { } n } => RunName.Sft(n - 1),
        _ => null,
    };

    /// <summary>That a fine-tuning's rows hold nothing of the models' own.</summary>
    public static string NoOwnRationale(string run, IReadOnlyList<LabelledQuestion> questions)
    {
        var right = questions.Sum(question => question.Positives.Count);
        return $"pseudo-labels of {run}: no rationale is the models' own, so the next fine-tuning learns nothing new: "
            + (right == 0
                ? "no sample was right; fine-tune longer, sample more, or begin with a larger model."
                : $"the {Counted.Of(right, "right sample")} repeat gold rationales, or the cap a question leaves them out; raise "
                    + "selection.max_similarity or selection.percentile, sample at a higher temperature, or give more questions "
                    + "(data.pool_path).");
    }

    /// <summary>That pairs come from few questions; null where they come from enough.</summary>
    public static string? FewPairs(string run, double share, IReadOnlyList<LabelledQuestion> questions)
    {
        if (share >= FewQuestions || questions.Count == 0)
        {
            return null;
        }

        var neverWrong = (double)questions.Count(question => question.Negatives.Count == 0) / questions.Count;
        var neverRight = (double)questions.Count(question => question.Positives.Count == 0 && question.Gold is null) / questions.Count;
        return Invariant($"pairs of {run}: they come from {share:0.0 %} of the questions, so preference tuning has little to learn from: ")
            + (neverWrong >= 0.5
                ? Invariant($"{neverWrong:0 %} of the questions were never answered wrong; end the warm-up earlier (loop.warm_up_steps), ")
                    + "sample at a higher temperature, or give more questions (data.pool_path)."
                : neverRight >= 0.5
                    ? Invariant($"{neverRight:0 %} of the questions were never answered right; fine-tune longer, sample more, ")
                        + "or begin with a larger model."
                    : "right and wrong answers are too alike; raise selection.max_similarity, sample more, or at a higher temperature.");
    }

    /// <summary>Why no question has a pair, and what to do.</summary>
    public static string WithoutPair(IReadOnlyList<LabelledQuestion> questions) =>
        questions.All(question => question.Negatives.Count == 0)
            ? "every sample is right; end the warm-up earlier (loop.warm_up_steps), sample at a higher temperature, "
                + "or give harder questions"
        : questions.All(question => question.Positives.Count == 0)
            ? "no sample is right; fine-tune longer, sample more, or begin with a larger model"
        : "right and wrong ones are of different questions, or too alike; sample more, or at a higher temperature";

    /// <summary>That a model answers fewer questions than the one before; null where it does not.</summary>
    public static string? Fell(EvaluationRow row, EvaluationRow? before)
    {
        if (before is null || row.Greedy >= before.Greedy || row.Correct.Length != before.Correct.Length)
        {
            return null;
        }

        var conclusion = PairedBootstrap.Compare(before.Correct, row.Correct).Conclusion;
        return Invariant($"{row.Run} answers fewer questions of {row.DataSet} than {before.Run}: {row.Greedy:0.0 %} after ")
            + Invariant($"{before.Greedy:0.0 %} ({conclusion}): ")
            + (RunName.Parse(row.Run).Kind == RunName.DpoKind
                ? "preference tuning may have gone too far; lower dpo.trainer.learning_rate, raise dpo.trainer.beta, or make more pairs."
                : "its own rationales may be few, or right by chance; sample more, give more questions (data.pool_path), and read "
                    + "some of them.");
    }

    /// <summary>That a model has the weights of the one before; null where it has others.</summary>
    public static string? SameWeights(RunName run, Func<RunName, string> model)
    {
        var (own, others) = (Weights(model(run)), Before(run) is { } before ? Weights(model(before)) : []);
        return own.Count > 0 && own.SequenceEqual(others, StringComparer.Ordinal)
            ? $"{run} has the very weights of {Before(run)}, so nothing was learnt: "
                + "it was trained on the same rows, or with a learning rate of 0 or no step."
            : null;
    }

    // By the record of the model: weights have gigabytes.
    private static IReadOnlyList<string> Weights(string model) =>
        [.. (Directory.Exists(model) ? Provenance.Read(model)?.Files ?? [] : [])
            .Where(file => file.Key.EndsWith(".safetensors", StringComparison.Ordinal))
            .Select(file => file.Value.Sha256)];
}
