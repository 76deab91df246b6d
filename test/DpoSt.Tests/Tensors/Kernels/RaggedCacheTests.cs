using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

/// <summary>
/// Our CPU cache against the one made of libtorch's operators. Shapes: N tokens, H heads, G key-value heads, K head size.
/// </summary>
public sealed class RaggedCacheTests
{
    private const int Slots = 5;
    private const int Capacity = 40;

    [Theory]
    [InlineData(4, 4, 8)]
    [InlineData(8, 2, 16)]
    [InlineData(4, 1, 64)]
    [InlineData(3, 3, 40)]
    [InlineData(2, 1, 5)]
    [InlineData(1, 1, 80)]
    public void Both_caches_agree_on_random_ragged_steps(int heads, int groups, int size)
    {
        using var scope = NewDisposeScope();
        using var ours = new CpuRaggedCache<Fp32>(Slots, groups, size, Capacity);
        using var theirs = new TorchRaggedCache(Slots, groups, size, Capacity, CPU, ScalarType.Float32);
        var bias = new DistanceBias(KernelCheck.Normal(5, heads, Capacity));
        var random = new SplitMix64((ulong)(heads * 1000 + size));
        var filled = new int[Slots];
        for (var step = 0; step < 12; step++)
        {
            var (slots, positions) = NextStep(ref random, filled);
            var lengths = positions.Select(p => p + 1).ToArray();
            var qkv = KernelCheck.Normal((ulong)step, slots.Length + 2, (heads + 2 * groups) * size);         // two rows of padding
            ours.Append(qkv, heads * size, (heads + groups) * size, slots, positions);
            theirs.Append(qkv, heads * size, (heads + groups) * size, slots, positions);
            foreach (var added in (DistanceBias?[])[null, bias])
            {
                var expected = theirs.Attend(qkv, new(heads, 0.3f), slots, lengths, added);
                var actual = ours.Attend(qkv, new(heads, 0.3f), slots, lengths, added);
                KernelCheck.Close(expected, actual, 2e-6, $"step {step}");
                Assert.Equal(0, actual.narrow(0, slots.Length, 2).abs().max().item<float>());
            }
        }
    }

    [Theory]
    [InlineData(4, 4, 8)]
    [InlineData(8, 2, 16)]
    [InlineData(4, 1, 64)]
    [InlineData(2, 1, 5)]
    public void A_prefix_in_another_cache_is_as_good_as_one_s_own(int heads, int groups, int size)
    {
        using var scope = NewDisposeScope();
        var (inner, kv) = (heads * size, groups * size);
        int[] lengths = [19, 0, 16];                                          // of three prompts
        int[] owner = [2, 0, 1, 0, 2];                                        // the prompt of each slot
        foreach (var cpu in (bool[])[true, false])
        {
            using var whole = New(cpu, 5);
            using var prompts = New(cpu, 3);
            using var rows = New(cpu, 5);
            for (var p = 0; p < 3; p++)
            {
                for (var t = 0; t < lengths[p]; t++)
                {
                    var qkv = KernelCheck.Normal((ulong)(100 * p + t), 1, inner + 2 * kv);
                    prompts.Append(qkv, inner, inner + kv, [p], [t]);
                    Array.ForEach(
                        [.. Enumerable.Range(0, 5).Where(s => owner[s] == p)], s => whole.Append(qkv, inner, inner + kv, [s], [t]));
                }
            }

            for (var t = 0; t < 18; t++)
            {
                int[] slots = [4, 1, 0, 3, 2];
                var qkv = KernelCheck.Normal((ulong)(1000 + t), 6, inner + 2 * kv);
                rows.Append(qkv, inner, inner + kv, slots, [t, t, t, t, t]);
                whole.Append(qkv, inner, inner + kv, slots, [.. slots.Select(s => lengths[owner[s]] + t)]);
                var expected = whole.Attend(qkv, new(heads, 0.3f), slots, [.. slots.Select(s => lengths[owner[s]] + t + 1)]);
                var prefix = new RaggedPrefix(prompts, [.. slots.Select(s => owner[s])], [.. slots.Select(s => lengths[owner[s]])]);
                KernelCheck.Close(
                    expected, rows.Attend(qkv, new(heads, 0.3f), slots, [t + 1, t + 1, t + 1, t + 1, t + 1], null, prefix), 2e-6,
                        $"step {t}");
            }
        }

        IRaggedCache New(bool cpu, int slots) =>
            cpu ? new CpuRaggedCache<Fp32>(slots, groups, size, Capacity) : new TorchRaggedCache(
                slots, groups, size, Capacity, CPU, ScalarType.Float32);
    }

    [Theory]
    [InlineData(4, 2, 8, 6, null)]
    [InlineData(2, 1, 40, 1, null)]
    [InlineData(3, 3, 16, 16, 2f)]
    [InlineData(4, 1, 5, 21, 0.5f)]
    public void A_window_sees_the_last_positions_and_a_cache_that_holds_no_more_is_enough(
        int heads, int groups, int size, int window, float? cap)
    {
        using var scope = NewDisposeScope();
        var (inner, kv, attention) = (heads * size, groups * size, new CachedAttention(heads, 0.3f, cap, window));
        const int run = 3;
        int[] promptLengths = [0, 4, 30];
        // A prompt is kept as far as a row's first token sees, and a row as far as the first token of a step's run.
        int[] kept = [.. promptLengths.Select(length => Math.Min(length, window - 1))];
        foreach (var cpu in (bool[])[true, false])
        {
            using var prompts = New(cpu, Math.Max(1, window - 1));
            using var rows = New(cpu, window + run - 1);
            var all = promptLengths.Select((length, p) => KernelCheck.Normal((ulong)p, length + 60, inner + 2 * kv)).ToArray();
            for (var p = 0; p < 3; p++)
            {
                for (var t = 0; t < kept[p]; t++)
                {
                    prompts.Append(all[p].narrow(0, promptLengths[p] - kept[p] + t, 1), inner, inner + kv, [p], [t]);
                }
            }

            for (var t = 0; t + run <= 60; t += run)
            {
                var qkv = cat([.. all.Select((x, p) => x.narrow(0, promptLengths[p] + t, run))], 0);
                int[] slots = [0, 0, 0, 1, 1, 1, 2, 2, 2];
                int[] positions = [t, t + 1, t + 2, t, t + 1, t + 2, t, t + 1, t + 2];
                rows.Append(qkv, inner, inner + kv, slots, positions);
                var prefix = new RaggedPrefix(prompts, slots, [.. slots.Select(slot => kept[slot])]);
                var actual = rows.Attend(qkv, attention, slots, [.. positions.Select(p => p + 1)], null, prefix);
                var expected = cat([.. slots.Zip(positions).Select(n => Plain(all[n.First], promptLengths[n.First] + n.Second))], 0);
                KernelCheck.Close(expected, actual, 5e-6, $"step {t}, on our kernel: {cpu}");
            }
        }

        // The last position of x [L, ..] over its window, in fp64: [1, H K].
        Tensor Plain(Tensor x, int position)
        {
            var first = Math.Max(0, position + 1 - window);
            var wide = x.narrow(0, first, position + 1 - first).to(ScalarType.Float64);
            var q = wide.narrow(0, wide.size(0) - 1, 1).narrow(1, 0, inner).view(1, heads, size).transpose(0, 1);
            var (k, v) = (Heads(wide, inner), Heads(wide, inner + kv));
            var scores = q.matmul(k.transpose(1, 2)).mul(0.3);
            scores = cap is { } c ? scores.div(c).tanh().mul(c) : scores;
            return scores.softmax(-1).matmul(v).transpose(0, 1).reshape(1, inner).to(ScalarType.Float32);
        }

        Tensor Heads(Tensor wide, int column) => wide.narrow(1, column, kv).view(-1, groups, size).transpose(0, 1)
            .repeat_interleave(heads / groups, 0);

        IRaggedCache New(bool cpu, int capacity) =>
            cpu ? new CpuRaggedCache<Fp32>(3, groups, size, capacity) : new TorchRaggedCache(
                3, groups, size, capacity, CPU, ScalarType.Float32);
    }

    [Theory]
    [InlineData(4, 4, 8)]
    [InlineData(4, 1, 64)]
    [InlineData(2, 1, 5)]
    public void Kept_in_bf16_keys_and_values_are_rounded_and_nothing_else(int heads, int groups, int size)
    {
        using var scope = NewDisposeScope();
        using var half = new CpuRaggedCache<Bf16>(Slots, groups, size, Capacity);
        using var whole = new CpuRaggedCache<Fp32>(Slots, groups, size, Capacity);
        var random = new SplitMix64((ulong)size);
        var filled = new int[Slots];
        for (var step = 0; step < 12; step++)
        {
            var (slots, positions) = NextStep(ref random, filled);
            var qkv = KernelCheck.Normal((ulong)step, Math.Max(1, slots.Length), (heads + 2 * groups) * size);
            half.Append(qkv, heads * size, (heads + groups) * size, slots, positions);
            whole.Append(qkv.to(ScalarType.BFloat16).to(ScalarType.Float32), heads * size, (heads + groups) * size, slots, positions);
            int[] lengths = [.. positions.Select(p => p + 1)];
            KernelCheck.Same(whole.Attend(qkv, new(heads, 0.3f), slots, lengths), half.Attend(qkv, new(heads, 0.3f), slots, lengths));
        }
    }

    [Fact]
    public void A_slot_written_again_forgets_its_former_row()
    {
        using var scope = NewDisposeScope();
        using var cache = new CpuRaggedCache<Fp32>(1, 1, 16, Capacity);
        var (first, second) = (KernelCheck.Normal(1, 3, 48), KernelCheck.Normal(2, 1, 48));
        cache.Append(full(3, 48, float.NaN), 16, 32, [0, 0, 0], [0, 1, 2]);
        cache.Append(first, 16, 32, [0, 0, 0], [0, 1, 2]);
        cache.Append(second, 16, 32, [0], [0]);
        KernelCheck.Close(second.narrow(1, 32, 16), cache.Attend(second, new(1, 1), [0], [1]), 1e-6, "value of the only position");
    }

    [Fact]
    public void Attention_over_one_position_is_its_value_and_equal_keys_give_the_mean()
    {
        using var scope = NewDisposeScope();
        using var cache = new CpuRaggedCache<Fp32>(2, 1, 8, Capacity);
        var qkv = cat([ones(4, 16), KernelCheck.Normal(3, 4, 8)], 1);
        cache.Append(qkv, 8, 16, [1, 1, 1, 1], [0, 1, 2, 3]);
        KernelCheck.Close(
            qkv.narrow(1, 16, 8).mean([0L], keepdim: true), cache.Attend(qkv, new(1, 1), [1], [4]).narrow(0, 0, 1), 1e-6, "mean");
    }

    /// <summary>Some slots get one token, some a run, some none; rows that are full begin again.</summary>
    private static (int[] Slots, int[] Positions) NextStep(ref SplitMix64 random, int[] filled)
    {
        var (slots, positions) = (new List<int>(), new List<int>());
        for (var slot = Slots - 1; slot >= 0; slot--)
        {
            var count = random.Next(5);
            filled[slot] = filled[slot] + count > Capacity ? 0 : filled[slot];
            for (var c = 0; c < count; c++)
            {
                slots.Add(slot);
                positions.Add(filled[slot]++);
            }
        }

        return slots.Count > 0 ? ([.. slots], [.. positions]) : NextStep(ref random, filled);
    }
}
