using DpoSt.Models;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Generation;

/// <summary>Draws the next id of each row. A draw is one uniform number that depends on (seed, problem, sample, position) alone, laid on
/// the cumulated probabilities of the k likeliest ids; only those reach the host. Where all ids may be drawn, the likeliest nearly always
/// hold the number too, and only where they do not are all of them sorted. Greedy where the temperature is zero.</summary>
internal sealed class Sampler : ITokenChooser
{
    // Ids as likely as the k-th are drawn from too, as transformers does; more than a few of them do not happen.
    private const int Ties = 8;

    // So many of the likeliest are looked at first where all may be drawn.
    private const int FirstLook = 256;

    // So many fit on the stack.
    private const int FewIds = 1024;

    public int[] Next(Tensor logits, IReadOnlyList<Row> rows)
    {
        using var scope = NewDisposeScope();
        var likeliest = rows.All(row => !IsGreedy(row) && row.Options.TopK > 0) ? [] : ArgMax.Of(logits);
        if (rows.All(IsGreedy))
        {
            return likeliest;
        }

        int[] widths = [.. rows.Select(row => (int)Math.Min(Look(row), logits.size(1)))];
        var width = widths.Max();
        var (values, indices) = logits.topk(width);                                 // [B, width], largest first
        var top = values.cpu().data<float>().ToArray();
        var ids = indices.cpu().data<long>().ToArray();
        var totals = Totals(logits, rows, likeliest);
        return [.. rows.Select((row, b) =>
            IsGreedy(row) ? likeliest[b]
            : Draw(top.AsSpan(b * width, widths[b]), row, totals?[b]) is >= 0 and var place ? (int)ids[b * width + place]
            : DrawOfAll(logits.select(0, b), row, totals![b]))];
    }

    /// <summary>The weights of the ids that may be drawn, not yet divided by their sum: temperature, then the k likeliest, then the nucleus
    /// (the fewest whose probability reaches top-p). Gives their number; the others' weights are not written.</summary>
    /// <param name="logits">The likeliest, largest first.</param>
    /// <param name="all">The sum of all weights, where these are not all from which is drawn; null adds them up.</param>
    public static int Weigh(ReadOnlySpan<float> logits, GenerationOptions options, Span<double> weights, double? all = null)
    {
        var (sum, count, most) = (0.0, 0, Most(options));
        for (; count < logits.Length && (count < most || logits[count] == logits[most - 1]); count++)
        {
            weights[count] = Math.Exp((logits[count] - logits[0]) / options.Temperature);
            sum += weights[count];
        }

        // A nucleus that is reached but for rounding in fp32 is reached.
        var (kept, nucleus, total) = (0.0, 0, all ?? sum);
        while (nucleus < count && (nucleus < options.MinTokensToKeep || kept < options.TopP * total * (1 - 1e-7)))
        {
            kept += weights[nucleus++];
        }

        return options.TopP < 1 ? nucleus : count;
    }

    private static int Most(GenerationOptions options) =>
        options.TopK == 0 ? int.MaxValue : Math.Max(options.TopK, options.MinTokensToKeep);

    private static bool IsGreedy(Row row) => row.Options.Temperature <= 0;

    private static long Look(Row row) =>
        IsGreedy(row) ? 1 : row.Options.TopK == 0 ? Math.Max(FirstLook, row.Options.MinTokensToKeep) : (long)Most(row.Options) + Ties;

    // The sums of all weights, that of the likeliest being 1, where a row may draw any id.
    private static double[]? Totals(Tensor logits, IReadOnlyList<Row> rows, int[] likeliest)
    {
        if (rows.All(row => IsGreedy(row) || row.Options.TopK > 0))
        {
            return null;
        }

        var temperatures = tensor(rows.Select(row => IsGreedy(row) ? 1 : (float)row.Options.Temperature).ToArray(), device: logits.device);
        var logProbs = TargetLogProb.Apply(logits / temperatures.unsqueeze(1), [.. likeliest.Select(id => (long)id)]);
        return [.. CompletionScores.Numbers(logProbs).Select(logProb => Math.Exp(-logProb))];
    }

    private static int DrawOfAll(Tensor logits, Row row, double total)
    {
        var (values, indices) = logits.sort(descending: true);                      // [V], largest first
        var place = Draw(values.cpu().data<float>().ToArray(), row, row.Options.TopP < 1 ? null : total);
        return (int)indices[place < 0 ? values.size(0) - 1 : place].item<long>();
    }

    // The place of the drawn id; -1 where it is none of these, which are then not all from which is drawn.
    private static int Draw(ReadOnlySpan<float> logits, Row row, double? all)
    {
        var options = row.Options;
        Span<double> weights = logits.Length > FewIds ? new double[logits.Length] : stackalloc double[logits.Length];
        all = options.TopK == 0 ? all : null;
        var count = Weigh(logits, options, weights, all);
        var sum = 0.0;
        foreach (var weight in weights[..count])
        {
            sum += weight;
        }

        var isWhole = all is null || (options.TopP < 1 && sum >= options.TopP * all * (1 - 1e-7));
        if (!isWhole && options.TopP < 1)
        {
            return -1;                                                              // the nucleus goes on beyond these
        }

        var left = CounterRandom.Uniform(options.Seed, row.Key, (ulong)row.Request.Sample, (ulong)row.Position)
            * (isWhole ? sum : all!.Value);
        for (var i = 0; i < count; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return i;
            }
        }

        return isWhole ? count - 1 : -1;
    }
}
