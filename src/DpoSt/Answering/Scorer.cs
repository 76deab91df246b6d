using DpoSt.Data;
using DpoSt.Models;
using DpoSt.Runs;
using DpoSt.Text.Chat;
using DpoSt.Text.Tokenizers;
using static TorchSharp.torch;

namespace DpoSt.Answering;

/// <summary>The log-probability of a completion.</summary>
/// <param name="LogProb">The sum over scored tokens, in nats.</param>
/// <param name="Tokens">How many are scored.</param>
/// <param name="Loss">The mean negative log-probability.</param>
public sealed record RowScore(double LogProb, int Tokens, double Loss);

/// <summary>Scores completions with a model, in batches of like length.</summary>
internal static class Scorer
{
    // Padded tokens of a batch. Logits are the largest tensor: those of 2,048 tokens over a vocabulary of 32,000 are 262 MB.
    internal const int BatchTokens = 2048;

    /// <summary>One score a row of a file, in its order.</summary>
    /// <exception cref="UserErrorException">The folder is not a model, or a row does not fit.</exception>
    public static RowScore[] Run(
        string folder, string file, Device device, PromptOptions prompt, IStageReporter reporter, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(reporter);
        var lines = JsonLines.Read(file).ToList();
        using var bundle = ModelBundle.LoadForIds(folder, device, prompt: prompt);
        (RowEncoder, RowEncoder)? encoders =
            TokenizerLoader.IsIn(folder) ? (bundle.PlainEncoder, bundle.Encoder(TokenLimits.None)) : null;
        var rows = lines.ConvertAll(line => ScoredRow.Read(line, bundle, encoders));
        reporter.Begin("score", $"{Shown.Path(folder)} scores {rows.Count} rows of {Shown.Path(file)}", rows.Count, "rows");
        var scores = Run(bundle.Model, rows, reporter.Advance, cancel);
        reporter.End($"{scores.Length} rows, {scores.Sum(s => s.Tokens)} tokens scored");
        return scores;
    }

    /// <summary>The score of every row, in the order of the rows; <paramref name="advance"/> hears how many are done.</summary>
    internal static RowScore[] Run(ILanguageModel model, IReadOnlyList<ScoredRow> rows, Action<long> advance, CancellationToken cancel)
    {
        using var _ = no_grad();
        var scores = new RowScore[rows.Count];
        var done = 0;
        foreach (var part in Batches(rows))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = TokenBatch.Of([.. part.Select(i => (rows[i].Prompt, rows[i].Completion, (long)i))]);
            var logProbs = CompletionScores.Numbers(model.TokenLogProbs(batch, null));
            var at = 0;
            foreach (var i in part)
            {
                scores[i] = Sum(logProbs.AsSpan(at, rows[i].Completion.Length), rows[i].Scored);
                at += rows[i].Completion.Length;
            }

            advance(done += part.Length);
        }

        return scores;
    }

    /// <summary>The rows of each batch: as many as fit, padded to the widest of them.</summary>
    internal static IEnumerable<int[]> Batches(IReadOnlyList<ScoredRow> rows)
    {
        var (batch, widest) = (new List<int>(), 0);
        foreach (var i in Enumerable.Range(0, rows.Count).OrderBy(i => rows[i].Completion.Length).ThenBy(i => rows[i].Prompt.Length))
        {
            var width = Math.Max(rows[i].Completion.Length, rows[i].Prompt.Length);
            if (batch.Count > 0 && (batch.Count + 1L) * Math.Max(widest, width) > BatchTokens)
            {
                yield return [.. batch];
                batch.Clear();
                widest = 0;
            }

            widest = Math.Max(widest, width);
            batch.Add(i);
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }

    private static RowScore Sum(ReadOnlySpan<double> logProbs, bool[] scored)
    {
        var (sum, tokens) = (0.0, 0);
        for (var t = 0; t < scored.Length; t++)
        {
            (sum, tokens) = scored[t] ? (sum + logProbs[t], tokens + 1) : (sum, tokens);
        }

        return new RowScore(sum, tokens, -sum / tokens);
    }
}
