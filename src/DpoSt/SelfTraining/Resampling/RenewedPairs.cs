using System.Text.Json;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training.Objectives;

namespace DpoSt.SelfTraining.Resampling;

/// <summary>A pair of a policy's own answers with the reference's scores; of rows without pairs whether the first of it is right.</summary>
internal sealed record ScoredPair(PreferencePair Pair, ReferenceScore Score, bool? IsRight);

/// <summary>Pairs, or right and wrong answers one by one, that are made anew of the policy's answers; the reference stays as it was.
/// </summary>
internal static class RenewedPairs
{
    /// <summary>How pairs of a preference tuning are made anew.</summary>
    /// <param name="options">How often, and what is chosen.</param>
    /// <param name="policy">Answers questions as it is.</param>
    /// <param name="encoder">Of the rows of training.</param>
    /// <param name="isUnpaired">Whether answers are learnt from one by one.</param>
    /// <param name="score">Lets the reference score pairs.</param>
    public static Renewal<PreferenceBatch> Of(
        ResamplingOptions options, Resampler policy, RowEncoder encoder, bool isUnpaired, Action<EncodedPairs> score)
    {
        return new(options.Every, Draw, rows => Encoded(rows.Deserialize<ScoredPair[]>()!).Examples);

        DrawnRows Draw(long step)
        {
            var answered = policy.At(step);
            var (pairs, labels) = isUnpaired ? Judged(answered) : (Paired(answered), []);
            var (metrics, said) = Resampler.Tell(answered, pairs.Count, isUnpaired ? "answer" : "pair");
            if (pairs.Count == 0)
            {
                return new DrawnRows(null, metrics, said);
            }

            var encoded = EncodedPairs.Of(pairs, Name(step), encoder);
            score(encoded);
            var scored = pairs.Zip(encoded.Scores, (pair, own) => (pair, own))
                .Select((t, i) => new ScoredPair(t.pair, t.own, isUnpaired ? labels[i] : null));
            return new DrawnRows(JsonSerializer.SerializeToElement(scored), metrics, said);
        }

        EncodedPairs Encoded(ScoredPair[] rows)
        {
            var encoded = EncodedPairs.Of(rows.Select(row => row.Pair), "the pairs drawn in training", encoder);
            encoded.Scores = Array.ConvertAll(rows, row => row.Score);
            encoded.Labels = isUnpaired ? Array.ConvertAll(rows, row => row.IsRight!.Value) : null;
            return encoded;
        }

        // Questions whose pairs are withheld are not learnt from on the way either.
        IReadOnlyList<PreferencePair> Paired(IEnumerable<LabelledQuestion> answered) => PairBuilder.Build(
            answered.Where(question => !WithheldQuestions.Holds(question)), encoder.Format, encoder.TokenSet, options.Selection);

        (IReadOnlyList<PreferencePair> Pairs, bool[] Labels) Judged(IEnumerable<LabelledQuestion> answered)
        {
            JudgedRow[] rows = [.. JudgedRows.Build(answered, encoder.Format, encoder.TokenSet, options.Selection)];
            var teaches = rows.Select(row => row.Prompt).Distinct(StringComparer.Ordinal).Skip(1).Any();
            return teaches ? (JudgedRows.WithStrangers(rows, "the answers drawn in training"), Array.ConvertAll(rows, row => row.IsRight))
                : ([], []);
        }
    }

    private static string Name(long step) => $"the pairs drawn behind step {step}";
}
