using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>The cache on any device and in any dtype, with libtorch's operators: slots are gathered, scores beyond a row's length are
/// masked. Used on CUDA, and as the plain statement of what <see cref="CpuRaggedCache{T}"/> computes.</summary>
internal sealed class TorchRaggedCache : IRaggedCache
{
    private readonly int groups;
    private readonly int size;
    private readonly Tensor keys;               // [slots, capacity, G, K]
    private readonly Tensor values;

    public TorchRaggedCache(int slots, int groups, int headSize, int capacity, Device device, ScalarType dtype)
    {
        this.groups = groups;
        size = headSize;
        keys = zeros([slots, capacity, groups, headSize], dtype: dtype, device: device).DetachFromDisposeScope();
        values = zeros([slots, capacity, groups, headSize], dtype: dtype, device: device).DetachFromDisposeScope();
    }

    public void Append(Tensor source, int keyColumn, int valueColumn, ReadOnlySpan<int> slots, ReadOnlySpan<int> positions)
    {
        using var scope = NewDisposeScope();
        var count = slots.Length;
        var (slot, position) = (Index(slots), Index(positions).remainder(keys.size(1)));
        keys.index_put_(source.narrow(0, 0, count).narrow(1, keyColumn, groups * size).view(count, groups, size), slot, position);
        values.index_put_(source.narrow(0, 0, count).narrow(1, valueColumn, groups * size).view(count, groups, size), slot, position);
    }

    public Tensor Attend(
        Tensor query, CachedAttention attention, ReadOnlySpan<int> slots, ReadOnlySpan<int> lengths, DistanceBias? bias = null,
        RaggedPrefix? prefix = null)
    {
        using var scope = NewDisposeScope();
        var (count, heads) = (slots.Length, attention.Heads);
        var q = query.narrow(0, 0, count).narrow(1, 0, heads * size).view(count, heads, 1, size);                        // [N, H, 1, K]
        var (length, window) = (Index(lengths), attention.Window ?? int.MaxValue);
        var (scores, v) = Score(q, attention, slots, (length, length.clamp(max: window)), bias);
        if (prefix is not null)
        {
            var seen = minimum(Index(prefix.Lengths), length.neg().add(window).clamp(min: 0));
            var (before, earlier) = ((TorchRaggedCache)prefix.Cache).Score(q, attention, prefix.Slots, (Index(prefix.Lengths), seen), null);
            (scores, v) = (cat([before, scores], 3), cat([earlier, v], 2));
        }

        var mixed = scores.softmax(-1).to(query.dtype).matmul(v).view(count, heads * size);                               // [N, H K]
        var result = zeros([query.size(0), heads * size], dtype: query.dtype, device: query.device);
        result.narrow(0, 0, count).copy_(mixed);
        return result.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        keys.Dispose();
        values.Dispose();
    }

    // Scores [N, H, 1, L], minus infinity where a row does not see, and values [N, H, L, K]. A row sees the last of its positions.
    private (Tensor Scores, Tensor Values) Score(
        Tensor q, CachedAttention attention, ReadOnlySpan<int> slots, (Tensor Length, Tensor Seen) rows, DistanceBias? bias)
    {
        var (count, capacity) = (slots.Length, keys.size(1));
        var longest = Math.Min(capacity, rows.Length.max().item<long>());
        var slot = Index(slots);
        var limit = rows.Length.view(count, 1, 1, 1);
        var scores = q.matmul(Gather(keys, slot, longest, attention.Heads).transpose(2, 3)).mul(attention.Scale).AtLeastSingle();
        scores = attention.Cap is { } cap ? scores.div(cap).tanh().mul(cap) : scores;
        var position = arange(longest, device: q.device).view(1, 1, 1, longest);
        if (bias is not null)
        {
            var column = position.add(bias.Table.size(1)).sub(limit).clamp(0, bias.Table.size(1) - 1).view(count, longest);
            scores = scores.add(
                bias.Table.index_select(1, column.view(-1)).view(attention.Heads, count, longest).transpose(0, 1).unsqueeze(2));
        }

        var distance = limit.sub(1).sub(position).remainder(capacity);
        return (scores.masked_fill(distance.ge(rows.Seen.view(count, 1, 1, 1)), float.NegativeInfinity),
            Gather(values, slot, longest, attention.Heads));
    }

    private Tensor Gather(Tensor cache, Tensor slot, long length, int heads)
    {
        var rows = cache.narrow(1, 0, length).index_select(0, slot).transpose(1, 2);                                      // [N, G, L, K]
        return heads == groups ? rows : rows.repeat_interleave(heads / groups, 1);
    }

    private Tensor Index(ReadOnlySpan<int> numbers)
    {
        var wide = new long[numbers.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = numbers[i];
        }

        return tensor(wide, device: keys.device);
    }
}
