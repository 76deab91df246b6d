using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Models;
using DpoSt.Runs;
using DpoSt.Training;
using DpoSt.Training.Objectives;

namespace DpoSt.SelfTraining.Sessions;

/// <summary>What the reference says of a pair, summed over tokens.</summary>
internal sealed record ReferenceScore(double Chosen, double Rejected);

/// <summary>A file of pairs as token ids, with the reference's log-probabilities once they are known.</summary>
internal sealed class EncodedPairs
{
    /// <summary>Pairs that the reference scores together.</summary>
    public const int ScoringBatch = 16;

    private readonly (int[] Prompt, int[] Chosen, int[] Rejected)[] pairs;
    private readonly string file;

    private EncodedPairs(string file, (int[] Prompt, int[] Chosen, int[] Rejected)[] pairs)
    {
        (this.file, this.pairs) = (file, pairs);
        Lengths = Array.ConvertAll(pairs, pair => (pair.Prompt.Length, Math.Max(pair.Chosen.Length, pair.Rejected.Length)));
        Examples = new Examples<PreferenceBatch>(Lengths, Batch);
    }

    public int Count => pairs.Length;

    /// <summary>What the reference says of each pair, once it is known.</summary>
    public ReferenceScore[] Scores { get; set; } = [];

    /// <summary>Of rows without pairs whether the first completion of each is right.</summary>
    public bool[]? Labels { get; set; }

    /// <summary>Reads and encodes a file; empty where there is no such file.</summary>
    /// <exception cref="UserErrorException">A line is not a pair, or a pair has no tokens to score.</exception>
    public static EncodedPairs Read(string file, RowEncoder encoder) =>
        Of(!FileSet.Exists(file) ? [] : PreferencePairFile.Read(file), file, encoder);

    /// <summary>Encodes pairs that a file holds or stands for.</summary>
    /// <exception cref="UserErrorException">A pair has no tokens to score.</exception>
    public static EncodedPairs Of(IEnumerable<PreferencePair> pairs, string file, RowEncoder encoder) =>
        new(file, [.. pairs.Select((pair, i) => Encoded(pair, $"{file}, pair {i + 1}", encoder))]);

    private static (int[] Prompt, int[] Chosen, int[] Rejected) Encoded(PreferencePair pair, string place, RowEncoder encoder)
    {
        try
        {
            var prepared = encoder.Prepared(pair);
            var encoded = encoder.Pair(prepared.Prompt, prepared.Chosen, prepared.Rejected);
            return encoded.Prompt.Length > 0 ? encoded : throw new UserErrorException(RowEncoder.NoPrompt);
        }
        catch (UserErrorException e)
        {
            throw new UserErrorException($"{place}: {e.Message}", e);
        }
    }

    /// <summary>Pairs that are token ids already; <paramref name="name"/> is what errors call them.</summary>
    public static EncodedPairs Of((int[] Prompt, int[] Chosen, int[] Rejected)[] pairs, string name) => new(name, pairs);

    /// <summary>The pairs to train or evaluate on, once they are scored.</summary>
    public Examples<PreferenceBatch> Examples { get; }

    private (int Prompt, int Completion)[] Lengths { get; }

    /// <summary>
    /// Scores every pair with the reference, once: it never changes, and no second model stays in memory. The scores stay beside the
    /// pairs, under a key of all they depend on, for later runs over the same pairs.
    /// </summary>
    public void Score(ModelBundle bundle, string key, IReplicas replicas, RunContext context)
    {
        var place = Path.Combine(
            Path.GetDirectoryName(file)!,
            $"{FileSet.NameOf(file)}.{ContentKey.Of(key, [ContentKey.OfPath(file)])[..16]}{FileSet.ScoresEnding}");
        Scores = replicas.Rank == 0 ? Cached(place) : [];
        if (replicas.Sum([replicas.Rank == 0 && Scores.Length == Count ? 1 : 0])[0] > 0)
        {
            Scores = Summed(replicas, Scores.Length == Count ? Scores : new ReferenceScore[Count]);
            return;
        }

        Score(bundle.Model, bundle.Folder, replicas, context);
        if (replicas.Rank == 0)
        {
            JsonLines.Write(place, Scores);
        }
    }

    /// <summary>Scores every pair with the reference, batch by batch; nothing is kept on disk.</summary>
    public void Score(ILanguageModel model, string name, IReplicas replicas, RunContext context)
    {
        var (found, done) = (new ReferenceScore?[Count], 0);
        foreach (var round in Enumerable.Range(0, Count).OrderBy(i => Lengths[i].Completion).Chunk(ScoringBatch).Chunk(replicas.Count))
        {
            context.Cancel.ThrowIfCancellationRequested();
            context.Reporter.Part("pairs scored by the reference", done, Count);
            done += round.Sum(batch => batch.Length);
            var mine = replicas.Rank < round.Length ? round[replicas.Rank] : [];
            if (mine.Length == 0 && !replicas.IsSharded)
            {
                continue;
            }

            // A rank that keeps a shard of the model computes along in the last round, for the others.
            var part = mine.Length > 0 ? mine : round[0];
            var logProbs = SequenceLogProbs.Score(model, Tokens(part));
            for (var i = 0; i < mine.Length; i++)
            {
                found[part[i]] = new ReferenceScore(logProbs[i], logProbs[part.Length + i]);
            }
        }

        Scores = Summed(replicas, found);
        if (!Array.TrueForAll(Scores, s => double.IsFinite(s.Chosen) && double.IsFinite(s.Rejected)))
        {
            throw new UserErrorException(
                $"{name}: the model gives some pairs of {file} no finite log-probability, so its weights are damaged; "
                + "train or download it again.");
        }
    }

    /// <summary>Some of the pairs, with their scores.</summary>
    public PreferenceBatch Batch(int[] part) =>
        new(Tokens(part), [.. part.Select(i => Scores[i].Chosen), .. part.Select(i => Scores[i].Rejected)])
        {
            Right = Labels is null ? null : Array.ConvertAll(part, i => Labels[i]),
        };

    // A file that does not fit is written again.
    private static ReferenceScore[] Cached(string place)
    {
        try
        {
            return File.Exists(place) ? [.. JsonLines.Read<ReferenceScore>(place, "a pair's log-probabilities")] : [];
        }
        catch (UserErrorException)
        {
            return [];
        }
    }

    // Every score is one rank's: a sum with nothing of the others is the score itself.
    private static ReferenceScore[] Summed(IReplicas replicas, ReferenceScore?[] found) =>
        [
            .. replicas.Sum([.. found.SelectMany(s => (double[])[s?.Chosen ?? 0, s?.Rejected ?? 0])])
                .Chunk(2)
                .Select(s => new ReferenceScore(s[0], s[1]))
        ];

    private TokenBatch Tokens(int[] part) => new(
        [.. part.Select(i => pairs[i].Prompt)],
        [.. part.Select(i => pairs[i].Chosen), .. part.Select(i => pairs[i].Rejected)],
        [.. Enumerable.Range(0, part.Length), .. Enumerable.Range(0, part.Length)],
        [.. part.Select(i => 2L * i), .. part.Select(i => 2L * i + 1)]);
}
