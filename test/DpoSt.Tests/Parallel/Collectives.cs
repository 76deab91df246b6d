using System.Globalization;
using System.Text;
using DpoSt.Parallel;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>What every way of connecting ranks must do, with tensors on the CPU.</summary>
internal static class Collectives
{
    /// <summary>Asserts it, on every rank of a group.</summary>
    public static void Check(IProcessGroup group, params ScalarType[] dtypes)
    {
        using var scope = NewDisposeScope();
        var (rank, size) = (group.Rank, group.Size);
        var total = size * (size + 1) / 2;
        foreach (var dtype in dtypes)
        {
            // Below and above a piece of 4 MB, and no multiple of it.
            foreach (var n in new long[] { 1, 1000, 2_500_001 })
            {
                using var inner = NewDisposeScope();
                var sum = arange(n, dtype: ScalarType.Float32).remainder(7).mul(rank + 1).to(dtype);
                group.AllReduce(sum);
                KernelCheck.Same(arange(n, dtype: ScalarType.Float32).remainder(7).mul(total).to(dtype), sum);

                var slow = full([n], rank + 1, dtype: dtype);
                var pending = group.BeginAllReduce(slow);
                var other = ones([n], dtype: dtype);
                group.AllReduce(other);
                pending.Advance();
                pending.Wait();
                Assert.True(slow.eq(total).all().item<bool>() && other.eq(size).all().item<bool>(), "two sums at once");
            }

            // In fp64, more pieces than travel at a time.
            foreach (var n in new long[] { 5, 4_300_001 })
            {
                using var inner = NewDisposeScope();
                var whole = arange(n * size, dtype: ScalarType.Float32).remainder(11).mul(rank + 1).to(dtype);
                var part = zeros([n], dtype: dtype);
                group.ReduceScatter(whole, part);
                KernelCheck.Same(arange(n * rank, n * (rank + 1), dtype: ScalarType.Float32).remainder(11).mul(total).to(dtype), part);
                var gathered = group.BeginAllGather(part, whole);
                var other = ones([3], dtype: dtype);
                group.AllReduce(other);
                gathered.Wait();
                KernelCheck.Same(arange(n * size, dtype: ScalarType.Float32).remainder(11).mul(total).to(dtype), whole);
            }

            var told = full([1_500_000], rank, dtype: dtype);
            group.Broadcast(told, size - 1);
            Assert.True(told.eq(size - 1).all().item<bool>(), "broadcast");
        }

        var parts = group.Gather(Encoding.UTF8.GetBytes(new string('x', rank) + rank.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(Enumerable.Range(0, size).Select(r => new string('x', r) + r), parts.Select(Encoding.UTF8.GetString));
        Assert.True(group.First(rank == 0));
        Assert.False(group.First(rank == 1));
        Assert.Throws<ArgumentException>(() => group.AllReduce(zeros(2, 3).t()));
        Assert.Throws<ArgumentException>(() => group.AllReduce(zeros(2, dtype: ScalarType.Float16)));
        Assert.Throws<ArgumentException>(() => group.AllGather(zeros(2), zeros(3)));

        // Nobody is past the barrier before the last one is there.
        File.WriteAllText(Path.Combine(Ranks.Folder!, $"done-{rank}"), "");
        group.Barrier();
        Assert.Equal(size, Directory.GetFiles(Ranks.Folder!, "done-*").Length);
    }
}
