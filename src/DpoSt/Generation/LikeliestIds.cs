using static TorchSharp.torch;

namespace DpoSt.Generation;

/// <summary>The ids that a model holds for likeliest.</summary>
internal static class LikeliestIds
{
    /// <summary>For each row as many ids as it asks for, the likeliest first, with their log-probabilities.</summary>
    /// <param name="logits">[B, V].</param>
    /// <param name="ids">An id of each row whose log-probability is known.</param>
    /// <param name="logProbs">That.</param>
    public static LikelyId[][] Of(Tensor logits, IReadOnlyList<int> ids, IReadOnlyList<double> logProbs, IReadOnlyList<int> counts)
    {
        var most = (int)Math.Min(counts.Max(), logits.size(1));
        if (most == 0)
        {
            return [.. ids.Select(_ => Array.Empty<LikelyId>())];
        }

        using var scope = NewDisposeScope();
        var (values, indices) = logits.topk(most);                                                  // [B, most], largest first
        var (top, places) = (values.cpu().data<float>().ToArray(), indices.cpu().data<long>().ToArray());
        var index = tensor(ids.Select(id => (long)id).ToArray(), device: logits.device).unsqueeze(1);
        var known = logits.gather(1, index).cpu().data<float>().ToArray();
        // A logit and its log-probability differ by the same in the whole row.
        return [.. ids.Select((_, row) => Enumerable.Range(row * most, Math.Min(counts[row], most))
            .Select(at => new LikelyId((int)places[at], top[at] - known[row] + logProbs[row])).ToArray())];
    }
}
