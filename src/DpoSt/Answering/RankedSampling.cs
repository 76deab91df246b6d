using System.Globalization;
using System.Text.Json;
using DpoSt.Data;
using DpoSt.Parallel;

namespace DpoSt.Answering;

/// <summary>Sampling by several ranks: each answers some of the problems, and all get the completions of all, in the order of one process.</summary>
internal static class RankedSampling
{
    /// <summary>The journal of this rank's answers; the first rank's <see cref="AnswerJournal.Remove()"/> removes all of them.</summary>
    public static AnswerJournal JournalOf(IProcessGroup group, string output, Action<string> tell) =>
        new(output, tell, group.Size == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $".{group.Rank}-of-{group.Size}"));

    /// <summary>Removes what interrupted starts left of some outputs; all ranks ask for it together, before any has a journal.</summary>
    public static void RemoveJournals(IProcessGroup group, IEnumerable<string> outputs)
    {
        if (group.Rank == 0)
        {
            foreach (var output in outputs)
            {
                AnswerJournal.Remove(output);
            }
        }

        group.Barrier();
    }

    /// <summary>The same completions as <see cref="Sampling.Run"/> gives.</summary>
    public static IReadOnlyList<Completion> Run(
        IProcessGroup group, ModelBundle bundle, IReadOnlyList<Problem> problems, IReadOnlyList<int> samples, AnswerOptions options,
        AnswerJournal journal, Action<long> advance,
        CancellationToken cancel)
    {
        if (group.Size == 1)
        {
            return Sampling.Run(bundle, problems, samples, options, journal, advance, cancel);
        }

        var total = (long)problems.Count * samples.Count;
        var shares = Shares([.. problems.Select(p => p.Question.Length)], group.Size);
        Problem[] mine = [.. shares[group.Rank].Select(p => problems[p])];
        // The others are about as far as this rank.
        var found = mine.Length == 0 ? [] : Sampling.Run(bundle, mine, samples, options, journal, done => advance(Math.Min(total, done * group.Size)), cancel);
        var parts = group.Gather(JsonSerializer.SerializeToUtf8Bytes(found, AnswerJournal.Json));
        var completions = new Completion[total];
        foreach (var (share, part) in shares.Zip(parts))
        {
            foreach (var (i, completion) in JsonSerializer.Deserialize<Completion[]>(part, AnswerJournal.Json)!.Index())
            {
                completions[share[i / samples.Count] * samples.Count + i % samples.Count] = completion;
            }
        }

        return completions;
    }

    /// <summary>Which items each of some ranks takes: dealt out from the longest on, there and back, so that all have about as much.</summary>
    public static int[][] Shares(IReadOnlyList<int> lengths, int ranks)
    {
        var order = Enumerable.Range(0, lengths.Count).OrderByDescending(i => lengths[i]).ToArray();
        return [
            .. Enumerable.Range(0, ranks).Select(rank => order.Where((_, i) => (i / ranks % 2 == 0 ? i % ranks : ranks - 1 - i % ranks) == rank).Order().ToArray())
        ];
    }
}
