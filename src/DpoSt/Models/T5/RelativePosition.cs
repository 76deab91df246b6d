using static TorchSharp.torch;

namespace DpoSt.Models.T5;

/// <summary>T5's relative position buckets: exact for near positions, logarithmic for far ones (Raffel et al. 2020, section 2.1).</summary>
internal static class RelativePosition
{
    /// <summary>The bucket of (key position - query position); <paramref name="bidirectional"/> in the encoder.</summary>
    public static int Bucket(int relative, bool bidirectional, int buckets, int maxDistance)
    {
        var bucket = 0;
        var distance = relative;
        if (bidirectional)
        {
            buckets /= 2;
            bucket = relative > 0 ? buckets : 0;
            distance = Math.Abs(relative);
        }
        else
        {
            distance = Math.Max(0, -relative);
        }

        var exact = buckets / 2;
        if (distance < exact)
        {
            return bucket + distance;
        }

        // In fp32, as transformers computes it: the truncation below falls on different sides of a bucket's edge otherwise.
        var far = MathF.Log((float)distance / exact) / (float)Math.Log((double)maxDistance / exact) * (buckets - exact);
        return bucket + Math.Min(exact + (int)far, buckets - 1);
    }

    /// <summary>The bias [1, H, T, S] of queries 0..T-1 and keys 0..S-1 from a table [buckets, H]; differentiable.</summary>
    public static Tensor Bias(Tensor table, int queries, int keys, bool bidirectional, T5Config config)
    {
        using var scope = NewDisposeScope();
        var index = new long[queries * keys];
        for (var t = 0; t < queries; t++)
        {
            for (var s = 0; s < keys; s++)
            {
                index[t * keys + s] = Bucket(s - t, bidirectional, config.RelativeAttentionNumBuckets, config.RelativeAttentionMaxDistance);
            }
        }

        return table.index_select(0, tensor(index, device: table.device))          // [T * S, H]
            .view(queries, keys, -1).permute(2, 0, 1).unsqueeze(0).contiguous().MoveToOuterDisposeScope();
    }
}
