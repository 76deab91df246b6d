using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>The cache on a CPU, with attention: ragged by nature, so no padding is computed and no mask is needed. Keys are in
/// blocks of 16 positions, each [K, 16], so that 16 scores are computed at once and memory is read in order; values are [position, K].
/// Tokens of one slot (samples of one prompt, a forced run) are handled together while its keys are in the processor's cache. Queries and
/// results are in fp32, and so is what is computed; keys and values are kept in fp32 or bf16, of which half as much is read.</summary>
internal sealed unsafe class CpuRaggedCache<T> : IRaggedCache
    where T : struct, IElement
{
    private const int Lanes = RaggedCache.Block;
    private readonly int groups;
    private readonly int size;
    private readonly int capacity;
    private readonly Tensor keys;
    private readonly Tensor values;

    /// <summary>Room for so many rows of <paramref name="capacity"/> positions; pages are taken when first written.</summary>
    public CpuRaggedCache(int slots, int groups, int headSize, int capacity)
    {
        this.groups = groups;
        size = headSize;
        this.capacity = (int)RaggedCache.Positions(capacity);
        var dtype = T.Size == sizeof(float) ? ScalarType.Float32 : ScalarType.BFloat16;
        keys = empty((long)slots * groups * headSize * this.capacity, dtype: dtype).DetachFromDisposeScope();
        values = empty((long)slots * groups * headSize * this.capacity, dtype: dtype).DetachFromDisposeScope();
    }

    public void Append(Tensor source, int keyColumn, int valueColumn, ReadOnlySpan<int> slots, ReadOnlySpan<int> positions)
    {
        var (owner, position) = (slots.ToArray(), positions.ToArray());
        var stride = source.stride(0);
        var (from, k, v) = (Aten.DataPointer(source), Aten.DataPointer(keys), Aten.DataPointer(values));
        CpuThreads.For(owner.Length, 8L * groups * size, (begin, end) =>              // a key's numbers fall on a line of memory each
        {
            for (var n = begin; n < end; n++)
            {
                for (var g = 0; g < groups; g++)
                {
                    var start = Start(owner[n], g);
                    var key = (float*)from + n * stride + keyColumn + g * size;
                    var block = start + (long)(position[n] / Lanes) * size * Lanes + position[n] % Lanes;
                    for (var d = 0; d < size; d++)
                    {
                        T.Set(key[d], k, block + d * Lanes);
                    }

                    Put((float*)from + n * stride + valueColumn + g * size, v, start + (long)position[n] * size);
                }
            }
        });
    }

    public Tensor Attend(
        Tensor query, int heads, ReadOnlySpan<int> slots, ReadOnlySpan<int> lengths, float scale, DistanceBias? bias,
        RaggedPrefix? prefix = null)
    {
        var result = zeros(query.size(0), heads * size);
        var (owner, length) = (slots.ToArray(), lengths.ToArray());
        var shared = prefix?.Slots ?? owner;
        var (order, starts) = Runs(shared, owner);
        var share = heads / groups;
        var stride = query.stride(0);
        var before = (CpuRaggedCache<T>?)prefix?.Cache;
        var (q, to) = (Aten.DataPointer(query), Aten.DataPointer(result));
        var (k, v) = (Aten.DataPointer(keys), Aten.DataPointer(values));
        var (sharedK, sharedV) = before is null ? (0, 0) : (Aten.DataPointer(before.keys), Aten.DataPointer(before.values));
        var table = bias is null ? 0 : Aten.DataPointer(bias.Table);
        var reach = bias is null ? 0 : (int)bias.Table.size(1);
        var cost = ((long)length.Sum() + (prefix?.Lengths.Sum() ?? 0)) * size * 2 / Math.Max(1, starts.Length - 1);
        CpuThreads.For((starts.Length - 1) * heads, cost, (begin, end) =>
        {
            var scores = stackalloc float[capacity + (before?.capacity ?? 0)];
            for (var item = begin; item < end; item++)
            {
                var (run, head) = (item / heads, item % heads);
                for (var i = starts[run]; i < starts[run + 1]; i++)
                {
                    var n = order[i];
                    var from = (float*)q + n * stride + head * size;
                    var target = (float*)to + ((long)n * heads + head) * size;
                    var count = prefix?.Lengths[n] ?? 0;
                    var offset = 0;
                    var start = Start(owner[n], head / share);
                    if (count > 0)
                    {
                        offset = Score(
                            from, At(sharedK, before!.Start(prefix!.Slots[n], head / share)), count, scale, null, scores, At(k, start));
                    }

                    var row = table == 0 ? null : (float*)table + (long)head * reach + reach - length[n];
                    var filled = Score(from, At(k, start), length[n], scale, row, scores + offset, At(v, start));
                    Softmax(scores, offset + filled);
                    if (count > 0)
                    {
                        Mix(At(sharedV, before!.Start(prefix!.Slots[n], head / share)), scores, count, target, At(v, start));
                    }

                    Mix(At(v, start), scores + offset, length[n], target, At(k, start + (long)capacity * size));
                }
            }
        });
        return result;
    }

    public void Dispose()
    {
        keys.Dispose();
        values.Dispose();
    }

    private long Start(int slot, int group) => ((long)slot * groups + group) * capacity * size;
    private static nint At(nint data, long index) => data + (nint)(index * T.Size);

    // Tokens in the order of what they share, and where a run of those begins that share the same.
    private static (int[] Order, int[] Starts) Runs(int[] shared, int[] owner)
    {
        int[] order = [.. Enumerable.Range(0, owner.Length)];
        Array.Sort(order, (a, b) => (shared[a], owner[a], a).CompareTo((shared[b], owner[b], b)));
        var starts = new List<int>(order.Length + 1);
        for (var i = 0; i < order.Length; i++)
        {
            if (i == 0 || shared[order[i]] != shared[order[i - 1]])
            {
                starts.Add(i);
            }
        }

        return (order, [.. starts, order.Length]);
    }

    private void Put(float* from, nint to, long index)
    {
        var d = 0;
        for (; d + Lanes <= size; d += Lanes)
        {
            T.Store(Vector512.Load(from + d), to, index + d);
        }

        for (; d < size; d++)
        {
            T.Set(from[d], to, index + d);
        }
    }

    // Writes whole vectors of scores and gives their number: those behind the length, of positions not yet written, count for nothing.
    private int Score(float* query, nint block, int length, float scale, float* bias, float* scores, nint next)
    {
        for (var j = 0; j < length; j += Lanes, block = At(block, size * Lanes))
        {
            var (a, b, c, e) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            var ahead = j + Lanes < length ? At(block, size * Lanes) : next;
            var d = 0;
            for (; d + 4 <= size; d += 4)
            {
                Fetch(At(ahead, d * Lanes));
                a = Vector512.FusedMultiplyAdd(Vector512.Create(query[d]), T.Load(block, d * Lanes), a);
                b = Vector512.FusedMultiplyAdd(Vector512.Create(query[d + 1]), T.Load(block, (d + 1) * Lanes), b);
                c = Vector512.FusedMultiplyAdd(Vector512.Create(query[d + 2]), T.Load(block, (d + 2) * Lanes), c);
                e = Vector512.FusedMultiplyAdd(Vector512.Create(query[d + 3]), T.Load(block, (d + 3) * Lanes), e);
            }

            for (; d < size; d++)
            {
                a = Vector512.FusedMultiplyAdd(Vector512.Create(query[d]), T.Load(block, d * Lanes), a);
            }

            ((a + b + (c + e)) * scale).Store(scores + j);
        }

        for (var i = 0; bias != null && i < length; i++)
        {
            scores[i] += bias[i];
        }

        var filled = (length + Lanes - 1) / Lanes * Lanes;
        for (var i = length; i < filled; i++)
        {
            scores[i] = float.NegativeInfinity;
        }

        return filled;
    }

    private static void Softmax(float* scores, int length)
    {
        var top = VectorMath.Max(new ReadOnlySpan<float>(scores, length));

        var sum = Vector512<float>.Zero;
        for (var j = 0; j < length; j += Lanes)
        {
            var e = VectorMath.Exp(Vector512.Load(scores + j) - Vector512.Create(top));
            e.Store(scores + j);
            sum += e;
        }

        var inverse = 1 / Vector512.Sum(sum);
        for (var j = 0; j < length; j += Lanes)
        {
            (Vector512.Load(scores + j) * inverse).Store(scores + j);
        }
    }

    // The lines of four vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(nint from)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0((void*)from);
            Sse.Prefetch0((void*)(from + DecodeGemmTiles.Line));
            if (T.Size == sizeof(float))
            {
                Sse.Prefetch0((void*)(from + 2 * DecodeGemmTiles.Line));
                Sse.Prefetch0((void*)(from + 3 * DecodeGemmTiles.Line));
            }
        }
    }

    // Adds the weighted values to what is there.
    private void Mix(nint value, float* weights, int length, float* to, nint next)
    {
        var d = 0;
        for (; d + 4 * Lanes <= size; d += 4 * Lanes)
        {
            var (a, b, c, e) = (Vector512.Load(to + d), Vector512.Load(to + d + Lanes), Vector512.Load(to + d + 2 * Lanes),
                Vector512.Load(to + d + 3 * Lanes));
            for (var j = 0; j < length; j++)
            {
                var w = Vector512.Create(weights[j]);
                var from = At(value, (long)j * size + d);
                Fetch(j + Lanes < length ? At(from, Lanes * size) : At(next, (length - j) * size));
                a = Vector512.FusedMultiplyAdd(w, T.Load(from, 0), a);
                b = Vector512.FusedMultiplyAdd(w, T.Load(from, Lanes), b);
                c = Vector512.FusedMultiplyAdd(w, T.Load(from, 2 * Lanes), c);
                e = Vector512.FusedMultiplyAdd(w, T.Load(from, 3 * Lanes), e);
            }

            a.Store(to + d);
            b.Store(to + d + Lanes);
            c.Store(to + d + 2 * Lanes);
            e.Store(to + d + 3 * Lanes);
        }

        for (; d + Lanes <= size; d += Lanes)
        {
            var sum = Vector512.Load(to + d);
            for (var j = 0; j < length; j++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j]), T.Load(value, (long)j * size + d), sum);
            }

            sum.Store(to + d);
        }

        for (; d < size; d++)
        {
            var sum = to[d];
            for (var j = 0; j < length; j++)
            {
                sum += weights[j] * T.Get(value, (long)j * size + d);
            }

            to[d] = sum;
        }
    }
}
