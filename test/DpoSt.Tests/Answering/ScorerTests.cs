using DpoSt.Answering;

namespace DpoSt.Tests.Answering;

public sealed class ScorerTests
{
    [Fact]
    public void A_batch_pads_to_no_more_tokens_than_it_may()
    {
        // Rows come by the lengths of their completions: a long prompt may be among the first.
        (int Prompt, int Completion)[] lengths =
        [
            (2000, 1), .. Enumerable.Repeat((3, 2), 2000), (1, 3000), .. Enumerable.Repeat((400, 300), 9)
        ];
        ScoredRow[] rows = [.. lengths.Select(l => new ScoredRow(new int[l.Prompt], new int[l.Completion], []))];
        var batches = Scorer.Batches(rows).ToArray();
        Assert.Equal(Enumerable.Range(0, rows.Length), batches.SelectMany(b => b).Order());
        Assert.All(batches, batch =>
        {
            var widest = batch.Max(i => Math.Max(rows[i].Prompt.Length, rows[i].Completion.Length));
            Assert.True(batch.Length == 1 || batch.Length * widest <= Scorer.BatchTokens, $"{batch.Length} rows of {widest}");
        });
    }
}
