using DpoSt.Text;

namespace DpoSt.Data;

/// <summary>Rows without pairs (Ethayarajh et al. 2024): a question that was always answered right, or always wrong, teaches too.</summary>
internal static class JudgedRows
{
    /// <summary>Every distinct rationale of every question, the gold one among the right ones, in the questions' order.</summary>
    /// <param name="questions">The samples of this and earlier iterations (<see cref="LabelledQuestion.Merge"/>).</param>
    /// <param name="format">Formats prompts and gold rationales.</param>
    /// <param name="tokenize">The token ids of a text without special tokens; only their set counts.</param>
    /// <param name="options">What counts as a duplicate.</param>
    public static IReadOnlyList<JudgedRow> Build(
        IEnumerable<LabelledQuestion> questions, PromptFormat format, Func<string, IReadOnlyCollection<int>> tokenize,
        SelectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. questions.SelectMany(q => Rows(q, q.Gold is null ? null : format.Target(q.Gold), q.Positives, true)
            .Concat(Rows(q, null, q.Negatives, false)))];

        IEnumerable<JudgedRow> Rows(LabelledQuestion question, string? gold, IReadOnlyList<string> samples, bool isRight) =>
            Candidates.Distinct(gold, samples, tokenize, options.MaxSimilarity)
                .Select(candidate => new JudgedRow(format.Prompt(question.Question), candidate.Text, isRight));
    }

    /// <summary>Every row as a pair with a completion of another prompt in place of the rejected one: what KTO measures its distance from
    /// the reference on. The partner is half the rows away, or the next that is of another prompt.</summary>
    /// <exception cref="UserErrorException">All rows are of one prompt.</exception>
    internal static IReadOnlyList<PreferencePair> WithStrangers(IReadOnlyList<JudgedRow> rows, string file)
    {
        if (rows.Select(row => row.Prompt).Distinct(StringComparer.Ordinal).Take(2).Count() < 2)
        {
            throw new UserErrorException($"{file}: all rows are of one prompt, but KTO needs rows of two questions at least; sample more.");
        }

        return [.. rows.Index().Select(row => new PreferencePair(row.Item.Prompt, row.Item.Completion, Stranger(row.Index).Completion))];

        JudgedRow Stranger(int row) => Enumerable.Range(row + (rows.Count / 2), rows.Count)
            .Select(i => rows[i % rows.Count])
            .First(other => other.Prompt != rows[row].Prompt);
    }
}
