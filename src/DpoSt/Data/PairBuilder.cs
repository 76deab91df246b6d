using DpoSt.Configuration.Sections;
using DpoSt.Text;

namespace DpoSt.Data;

/// <summary>Preference pairs from labelled samples (Wang, Li, Lu, ACL 2024, and its repository's exact rule): of all (chosen, rejected)
/// pairs of a question those that are least alike, unless told otherwise. Where the repository's outcome hangs on an unseeded shuffle
/// (ties), ours hangs on the seed and the question alone.</summary>
internal static class PairBuilder
{
    /// <summary>At most <see cref="SelectionOptions.MaxPairs"/> pairs a question, in the questions' order.</summary>
    /// <param name="questions">The samples of this and earlier iterations (<see cref="LabelledQuestion.Merge"/>).</param>
    /// <param name="format">Formats prompts and gold rationales.</param>
    /// <param name="tokenize">The token ids of a text without special tokens; only their set counts.</param>
    /// <param name="options">The paper's unless told otherwise.</param>
    public static IReadOnlyList<PreferencePair> Build(
        IEnumerable<LabelledQuestion> questions,
        PromptFormat format,
        Func<string, IReadOnlyCollection<int>> tokenize,
        SelectionOptions? options = null)
    {
        options ??= new SelectionOptions();
        return [.. questions.SelectMany(question => Pairs(question, format, tokenize, options))];
    }

    private static IEnumerable<PreferencePair> Pairs(
        LabelledQuestion question, PromptFormat format, Func<string, IReadOnlyCollection<int>> tokenize, SelectionOptions options)
    {
        var gold = question.Gold is null ? null : format.Target(question.Gold);
        var positives = Candidates.Distinct(gold, question.Positives, tokenize, options.MaxSimilarity).ToArray();
        var negatives = Candidates.Distinct(null, question.Negatives, tokenize, options.MaxSimilarity).ToArray();
        var key = CounterRandom.KeyOf(question.Question);
        CounterRandom.Shuffle<Candidate>(positives, (ulong)options.Seed, key, 0);
        CounterRandom.Shuffle<Candidate>(negatives, (ulong)options.Seed, key, 1);
        var prompt = format.Prompt(question.Question);
        var pairs = positives.SelectMany(_ => negatives, (chosen, rejected) => new CandidatePair(chosen, rejected)).ToArray();
        if (options.Pairs == PairChoice.Random)
        {
            CounterRandom.Shuffle<CandidatePair>(pairs, (ulong)options.Seed, key, 2);
        }

        return CandidatePair.Ranked(pairs, options.Pairs)
            .Take(options.MaxPairs)
            .Select(pair => new PreferencePair(prompt, pair.Chosen.Text, pair.Rejected.Text));
    }
}
