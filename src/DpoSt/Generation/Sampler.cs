using static TorchSharp.torch;

namespace DpoSt.Generation;

/// <summary>
/// Draws the next id of each row. A draw is one uniform number that depends on (seed, problem, sample, position) alone, laid on the
/// cumulated probabilities of the k likeliest ids; only those k numbers a row reach the host. Greedy where the temperature is zero.
/// </summary>
internal sealed class Sampler(GenerationOptions options)
{
    /// <summary>logits [B, V] in fp32 give one id for each of the rows.</summary>
    public int[] Next(Tensor logits, IReadOnlyList<Row> rows)
    {
        using var scope = NewDisposeScope();
        if (options.Temperature <= 0)
        {
            return [.. logits.argmax(-1).cpu().data<long>().Select(id => (int)id)];
        }

        var k = (int)Math.Min(options.TopK, logits.size(-1));
        var (values, indices) = logits.topk(k);                                     // [B, k], largest first
        var top = values.cpu().data<float>().ToArray();
        var ids = indices.cpu().data<long>().ToArray();
        return [.. rows.Select((row, b) => (int)ids[b * k + Draw(top.AsSpan(b * k, k), row)])];
    }

    private int Draw(ReadOnlySpan<float> logits, Row row)
    {
        Span<double> weights = stackalloc double[logits.Length];
        var total = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp((logits[i] - logits[0]) / options.Temperature);
            total += weights[i];
        }

        // Nucleus: keep ids until the kept probability reaches top-p, the one that crosses it included.
        var kept = 0.0;
        var count = 0;
        while (count < weights.Length && (count == 0 || kept < options.TopP * total))
        {
            kept += weights[count++];
        }

        var left = CounterRandom.Uniform(options.Seed, row.Key, (ulong)row.Request.Sample, (ulong)row.Position) * kept;
        for (var i = 0; i < count; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return i;
            }
        }

        return count - 1;
    }
}
