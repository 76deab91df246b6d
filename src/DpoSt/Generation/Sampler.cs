using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Generation;

/// <summary>Draws the next id of each row. A draw is one uniform number that depends on (seed, problem, sample, position) alone, laid on
/// the cumulated probabilities of the k likeliest ids; only those reach the host. Greedy where the temperature is zero.</summary>
internal sealed class Sampler(GenerationOptions options) : ITokenChooser
{
    // Ids as likely as the k-th are drawn from too, as transformers does; more than a few of them do not happen.
    private const int Ties = 8;

    // So many fit on the stack.
    private const int FewIds = 1024;

    public int[] Next(Tensor logits, IReadOnlyList<Row> rows)
    {
        using var scope = NewDisposeScope();
        if (options.Temperature <= 0)
        {
            return ArgMax.Of(logits);
        }

        var width = (int)Math.Min((long)Most(options) + Ties, logits.size(-1));
        var (values, indices) = logits.topk(width);                                 // [B, width], largest first
        var top = values.cpu().data<float>().ToArray();
        var ids = indices.cpu().data<long>().ToArray();
        return [.. rows.Select((row, b) => (int)ids[b * width + Draw(top.AsSpan(b * width, width), row)])];
    }

    /// <summary>The weights of the ids that may be drawn, not yet divided by their sum: temperature, then the k likeliest, then the nucleus
    /// (the fewest whose probability reaches top-p). Gives their number; the others' weights are not written.</summary>
    /// <param name="logits">The likeliest, largest first.</param>
    public static int Weigh(ReadOnlySpan<float> logits, GenerationOptions options, Span<double> weights)
    {
        var (total, count, most) = (0.0, 0, Most(options));
        for (; count < logits.Length && (count < most || logits[count] == logits[most - 1]); count++)
        {
            weights[count] = Math.Exp((logits[count] - logits[0]) / options.Temperature);
            total += weights[count];
        }

        // A nucleus that is reached but for rounding in fp32 is reached.
        var (kept, nucleus) = (0.0, 0);
        while (nucleus < count && (nucleus < options.MinTokensToKeep || kept < options.TopP * total * (1 - 1e-7)))
        {
            kept += weights[nucleus++];
        }

        return options.TopP < 1 ? nucleus : count;
    }

    private static int Most(GenerationOptions options) =>
        options.TopK == 0 ? int.MaxValue : Math.Max(options.TopK, options.MinTokensToKeep);

    private int Draw(ReadOnlySpan<float> logits, Row row)
    {
        Span<double> weights = logits.Length > FewIds ? new double[logits.Length] : stackalloc double[logits.Length];
        weights = weights[..Weigh(logits, options, weights)];
        var sum = 0.0;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        var left = CounterRandom.Uniform(options.Seed, row.Key, (ulong)row.Request.Sample, (ulong)row.Position) * sum;
        for (var i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return i;
            }
        }

        return weights.Length - 1;
    }
}
