using DpoSt.Text;

namespace DpoSt.Data;

/// <summary>The rows for the next supervised fine-tuning: gold rationales and the model's own correct ones (Wang, Li, Lu, ACL 2024, and its
/// repository's exact rule).</summary>
/// <param name="Rows">The rows in the questions' order, a question's gold rationale first.</param>
/// <param name="Threshold">The most rows of a question.</param>
/// <param name="Found">How many rows there were before the cut.</param>
internal sealed record PseudoLabels(IReadOnlyList<RationaleRow> Rows, int Threshold, int Found)
{
    /// <summary>Gold first, then the deduplicated correct samples, cut at the percentile of the counts per question, gold included. A
    /// question without any rationale (a pool question never solved) is not counted.</summary>
    /// <param name="questions">The samples of this and all earlier DPO models (<see cref="LabelledQuestion.Merge"/>).</param>
    /// <param name="format">Formats gold rationales; samples are in the format already.</param>
    /// <param name="tokenize">The token ids of a text without special tokens; only their set counts.</param>
    /// <param name="options">The paper's unless told otherwise.</param>
    public static PseudoLabels Build(
        IEnumerable<LabelledQuestion> questions,
        PromptFormat format,
        Func<string, IReadOnlyCollection<int>> tokenize,
        SelectionOptions? options = null)
    {
        options ??= new SelectionOptions();
        var found = questions
            .Select(question => Candidates
                .Distinct(question.Gold is null ? null : format.Target(question.Gold), question.Positives, tokenize, options.MaxSimilarity)
                .Select(candidate => new RationaleRow(question.Question, candidate.Text))
                .ToArray())
            .Where(rows => rows.Length > 0)
            .ToArray();
        var threshold = found.Length == 0 ? 0 : (int)Percentile([.. found.Select(rows => rows.Length)], options.Percentile);
        return new([.. found.SelectMany(rows => rows.Take(threshold))], threshold, found.Sum(rows => rows.Length));
    }

    /// <summary>The percentile with linear interpolation between neighbours (numpy's default).</summary>
    internal static double Percentile(int[] values, double percentile)
    {
        Array.Sort(values);
        var rank = percentile / 100 * (values.Length - 1);
        var lower = (int)rank;
        var upper = Math.Min(lower + 1, values.Length - 1);
        return values[lower] + ((rank - lower) * (values[upper] - values[lower]));
    }
}
