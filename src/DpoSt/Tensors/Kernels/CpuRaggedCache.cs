using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    private readonly nint keyData;
    private readonly nint valueData;

    /// <summary>Room for so many rows of <paramref name="capacity"/> positions; pages are taken when first written.</summary>
    public CpuRaggedCache(int slots, int groups, int headSize, int capacity)
    {
        this.groups = groups;
        size = headSize;
        this.capacity = (int)RaggedCache.Positions(capacity);
        var dtype = T.Size == sizeof(float) ? ScalarType.Float32 : ScalarType.BFloat16;
        keys = empty((long)slots * groups * headSize * this.capacity, dtype: dtype).DetachFromDisposeScope();
        values = empty((long)slots * groups * headSize * this.capacity, dtype: dtype).DetachFromDisposeScope();
        (keyData, valueData) = (Aten.DataPointer(keys), Aten.DataPointer(values));
    }

    public void Append(Tensor source, int keyColumn, int valueColumn, ReadOnlySpan<int> slots, ReadOnlySpan<int> positions)
    {
        var (owner, position) = (slots.ToArray(), positions.ToArray());
        var stride = source.stride(0);
        var from = Aten.DataPointer(source);
        CpuThreads.For(owner.Length, 8L * groups * size, (begin, end) =>              // a key's numbers fall on a line of memory each
        {
            for (var n = begin; n < end; n++)
            {
                var place = position[n] % capacity;
                for (var g = 0; g < groups; g++)
                {
                    var start = Start(owner[n], g);
                    var key = (float*)from + n * stride + keyColumn + g * size;
                    var block = start + (long)(place / Lanes) * size * Lanes + place % Lanes;
                    for (var d = 0; d < size; d++)
                    {
                        T.Set(key[d], keyData, block + d * Lanes);
                    }

                    Put((float*)from + n * stride + valueColumn + g * size, valueData, start + (long)place * size);
                }
            }
        });
    }

    public Tensor Attend(
        Tensor query, CachedAttention attention, ReadOnlySpan<int> slots, ReadOnlySpan<int> lengths, DistanceBias? bias = null,
        RaggedPrefix? prefix = null)
    {
        var heads = attention.Heads;
        var result = zeros(query.size(0), heads * size);
        var (owner, length) = (slots.ToArray(), lengths.ToArray());
        var shared = prefix?.Slots ?? owner;
        var (order, starts) = Runs(shared, owner);
        var share = heads / groups;
        var stride = query.stride(0);
        var before = (CpuRaggedCache<T>?)prefix?.Cache;
        var (q, to) = (Aten.DataPointer(query), Aten.DataPointer(result));
        var table = bias is null ? 0 : Aten.DataPointer(bias.Table);
        var reach = bias is null ? 0 : (int)bias.Table.size(1);
        var window = attention.Window ?? int.MaxValue;
        var cost = ((long)length.Sum() + (prefix?.Lengths.Sum() ?? 0)) * size * 2 / Math.Max(1, starts.Length - 1);
        CpuThreads.For((starts.Length - 1) * heads, cost, (begin, end) =>
        {
            var scores = stackalloc float[capacity + (before?.capacity ?? 0) + 2 * Lanes];
            var spans = stackalloc Stretch[3];
            for (var item = begin; item < end; item++)
            {
                var (run, head) = (item / heads, item % heads);
                for (var i = starts[run]; i < starts[run + 1]; i++)
                {
                    var n = order[i];
                    var from = (float*)q + n * stride + head * size;
                    var target = (float*)to + ((long)n * heads + head) * size;
                    var row = table == 0 ? null : (float*)table + (long)head * reach + reach - length[n];
                    var count = 0;
                    if (prefix?.Lengths[n] is > 0 and var kept && Math.Min(kept, window - length[n]) is > 0 and var seen)
                    {
                        spans[count++] = before!.Place(prefix.Slots[n], head / share, kept - seen, kept, null);
                    }

                    // A window may begin behind where it ends: what lies at the cache's end comes before what lies at its beginning.
                    var first = Math.Max(0, length[n] - window) % capacity;
                    var last = (length[n] - 1) % capacity + 1;
                    if (first >= last)
                    {
                        spans[count++] = Place(owner[n], head / share, first, capacity, row);
                        first = 0;
                    }

                    spans[count++] = Place(owner[n], head / share, first, last, row);
                    var filled = 0;
                    for (var s = 0; s < count; s++)
                    {
                        filled += Score(from, spans[s], attention, scores + filled, s + 1 < count ? spans[s + 1].Keys : spans[0].Values);
                    }

                    VectorMath.Softmax(scores, filled);
                    var weights = scores;
                    for (var s = 0; s < count; s++)
                    {
                        var next = s + 1 < count ? spans[s + 1].Values : At(spans[s].Keys, (long)capacity * size);
                        Mix(spans[s].Values, weights, spans[s].Count, target, next);
                        weights += (spans[s].Count + Lanes - 1) / Lanes * Lanes;
                    }
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

    // The positions from first to last of a slot, from the beginning of a block on.
    private Stretch Place(int slot, int group, int first, int last, float* bias)
    {
        var begin = first / Lanes * Lanes;
        var start = Start(slot, group) + (long)begin * size;
        return new Stretch(
            At(keyData, start), At(valueData, start), first - begin, last - begin, bias == null ? null : bias + begin);
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

    // Writes whole vectors of scores and gives the number of scores: those that are not seen count for nothing.
    private int Score(float* query, Stretch span, CachedAttention attention, float* scores, nint next)
    {
        var block = span.Keys;
        for (var j = 0; j < span.Count; j += Lanes, block = At(block, size * Lanes))
        {
            var (a, b, c, e) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            var ahead = j + Lanes < span.Count ? At(block, size * Lanes) : next;
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

            var score = (a + b + (c + e)) * attention.Scale;
            (attention.Cap is { } cap ? VectorMath.Tanh(score / cap) * cap : score).Store(scores + j);
        }

        for (var i = 0; span.Bias != null && i < span.Count; i++)
        {
            scores[i] += span.Bias[i];
        }

        var filled = (span.Count + Lanes - 1) / Lanes * Lanes;
        new Span<float>(scores, span.First).Fill(float.NegativeInfinity);
        new Span<float>(scores + span.Count, filled - span.Count).Fill(float.NegativeInfinity);
        return filled;
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

    // Positions of a slot that lie behind each other, from the beginning of a block on; those before First are not seen.
    [StructLayout(LayoutKind.Auto)]
    private readonly struct Stretch(nint keys, nint values, int first, int count, float* bias)
    {
        public readonly nint Keys = keys;
        public readonly nint Values = values;
        public readonly int First = first;
        public readonly int Count = count;
        public readonly float* Bias = bias;
    }
}
