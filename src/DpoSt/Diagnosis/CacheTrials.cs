using DpoSt.Tensors.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>Attention to the caches of decoding: all positions with a bias, a window with capped scores, and a prompt that rows share.
/// Shapes: H query heads, G key-value heads, K head size.</summary>
internal static class CacheTrials
{
    private const int Heads = 4;
    private const int Groups = 2;
    private const int Size = 20;
    private const int Inner = Heads * Size;
    private const int Width = Inner + 2 * Groups * Size;
    private const int Capacity = 32;
    private const int Shared = 16;
    private const double Tolerance = 5e-6;
    private const double Scale = 0.3;

    // Tokens of two rows, one after the other.
    private static readonly int[] Lengths = [21, 18];

    /// <summary>All that can run on a device; keys and values in bf16 are kept on a CPU alone.</summary>
    public static IEnumerable<KernelTrial> On(Device device) =>
        ((ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
            .Where(type => type == ScalarType.Float32 || device.type == DeviceType.CPU).SelectMany(Of);

    private static IEnumerable<KernelTrial> Of(ScalarType kept)
    {
        var kind = kept == ScalarType.Float32 ? "" : " kept in bf16";
        yield return Trial(
            $"cached attention{kind}", [Numbers.Normal(32, Heads, Capacity)], new(Heads, (float)Scale),
            (x, attention) => Attend(x, attention, kept, new DistanceBias(x[1])),
            (scores, x) => scores.add(x[1].narrow(1, Capacity - scores.size(-1), scores.size(-1)).unsqueeze(1)));
        yield return Trial(
            $"attention in a window{kind}", [], new(Heads, (float)Scale, 2, 7), (x, attention) => Attend(x, attention, kept, null),
            (scores, _) => scores.narrow(2, scores.size(-1) - 7, 7).div(2).tanh().mul(2));
        yield return Trial($"attention to a shared prompt{kind}", [], new(Heads, (float)Scale),
            (x, attention) => AttendShared(x, attention, kept), (scores, _) => scores);
    }

    private static KernelTrial Trial(
        string name, Tensor[] more, CachedAttention attention, Func<Tensor[], CachedAttention, Tensor> kernel,
        Func<Tensor, Tensor[], Tensor> bend) =>
        new(name, Tolerance, () => [Tokens(), .. more], x => kernel(x, attention), x => Plain(x, bend)) { HasGradient = false };

    // The second row begins as the first does: the prompt that they may share. Bfloat16 can hold all of it.
    private static Tensor Tokens()
    {
        var first = Numbers.Rounded(31, Lengths[0], Width);
        return cat([first, first.narrow(0, 0, Shared), Numbers.Rounded(33, Lengths[1] - Shared, Width)]);
    }

    private static Tensor Last(Tensor tokens) =>
        tokens.index_select(0, tensor([(long)Lengths[0] - 1, Lengths[0] + Lengths[1] - 1], device: tokens.device));

    private static Tensor Attend(Tensor[] x, CachedAttention attention, ScalarType kept, DistanceBias? bias)
    {
        using var cache = RaggedCache.New(2, Groups, Size, Capacity, x[0].device, ScalarType.Float32, kept);
        Append(cache, x[0], 0, 0, 0, Lengths[0]);
        Append(cache, x[0], Lengths[0], 1, 0, Lengths[1]);
        return cache.Attend(Last(x[0]), attention, [0, 1], Lengths, bias);
    }

    private static Tensor AttendShared(Tensor[] x, CachedAttention attention, ScalarType kept)
    {
        using var prompt = RaggedCache.New(1, Groups, Size, Capacity, x[0].device, ScalarType.Float32, kept);
        using var rows = RaggedCache.New(2, Groups, Size, Capacity, x[0].device, ScalarType.Float32, kept);
        Append(prompt, x[0], 0, 0, 0, Shared);
        Append(rows, x[0], Shared, 0, 0, Lengths[0] - Shared);
        Append(rows, x[0], Lengths[0] + Shared, 1, 0, Lengths[1] - Shared);
        return rows.Attend(
            Last(x[0]), attention, [0, 1], [Lengths[0] - Shared, Lengths[1] - Shared], null, new(prompt, [0, 0], [Shared, Shared]));
    }

    private static void Append(IRaggedCache cache, Tensor tokens, int first, int slot, int position, int count) =>
        cache.Append(
            tokens.narrow(0, first, count), Inner, Inner + Groups * Size, [.. Enumerable.Repeat(slot, count)],
            [.. Enumerable.Range(position, count)]);

    private static Tensor Plain(Tensor[] x, Func<Tensor, Tensor[], Tensor> bend)
    {
        var rows = new[] { x[0].narrow(0, 0, Lengths[0]), x[0].narrow(0, Lengths[0], Lengths[1]) }.Select(row =>
        {
            var q = row.narrow(0, row.size(0) - 1, 1).narrow(1, 0, Inner).view(Heads, 1, Size);
            var (k, v) = (Spread(row, Inner), Spread(row, Inner + Groups * Size));
            var scores = bend(q.matmul(k.transpose(1, 2)).mul(Scale), x);                                   // [H, 1, L]
            var seen = scores.size(-1);
            return scores.softmax(-1).matmul(v.narrow(1, v.size(1) - seen, seen)).view(1, Inner);
        });
        return cat([.. rows]);
    }

    private static Tensor Spread(Tensor row, int column) =>
        row.narrow(1, column, Groups * Size).reshape(-1, Groups, Size).transpose(0, 1).repeat_interleave(Heads / Groups, 0);
}
