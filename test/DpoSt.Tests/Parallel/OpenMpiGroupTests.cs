using System.Globalization;
using System.Text;
using DpoSt.Parallel;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

public sealed class OpenMpiGroupTests
{
    public static TheoryData<int, bool> Ways => new(from count in new[] { 2, 3, 4 } from tcp in new[] { false, true } where count != 3 || !tcp select (count, tcp));

    [Theory, MemberData(nameof(Ways))]
    public void Collectives_give_what_their_names_say(int count, bool tcp)
    {
        using var folder = new TemporaryFolder();
        Ranks.Run(folder.Root, $"*{nameof(OpenMpiGroupTests)}.{nameof(Rank)}", count, tcp ? Ranks.OverTcp : []);
        Assert.Equal(count, Directory.GetFiles(folder.Root, "done-*").Length);
    }

    [Fact(Explicit = true)]
    public void Rank()
    {
        Assert.SkipWhen(Ranks.Folder is null, "mpirun starts this");
        using var scope = NewDisposeScope();
        using var group = OpenMpiGroup.Join();
        var (rank, size) = (group.Rank, group.Size);
        var total = size * (size + 1) / 2;
        // Below and above a piece of 4 MB, and no multiple of it.
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            foreach (var n in new long[] { 1, 1000, 2_500_001 })
            {
                var sum = arange(n, dtype: dtype).remainder(7).mul(rank + 1);
                group.AllReduce(sum);
                KernelCheck.Same(arange(n, dtype: dtype).remainder(7).mul(total), sum);

                var slow = full([n], rank + 1, dtype: dtype);
                var pending = group.BeginAllReduce(slow);
                var other = ones([n], dtype: dtype);
                group.AllReduce(other);
                pending.Advance();
                pending.Wait();
                Assert.True(slow.eq(total).all().item<bool>() && other.eq(size).all().item<bool>(), "two sums at once");
            }

            var whole = arange(5L * size, dtype: dtype).mul(rank + 1);
            var part = zeros([5], dtype: dtype);
            group.ReduceScatter(whole, part);
            KernelCheck.Same(arange(5L * rank, 5L * (rank + 1), dtype: dtype).mul(total), part);
            group.AllGather(part, whole);
            KernelCheck.Same(arange(5L * size, dtype: dtype).mul(total), whole);
            var told = full([1_500_000], rank, dtype: dtype);
            group.Broadcast(told, size - 1);
            Assert.True(told.eq(size - 1).all().item<bool>(), "broadcast");
        }

        var parts = group.Gather(Encoding.UTF8.GetBytes(new string('x', rank) + rank.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(Enumerable.Range(0, size).Select(r => new string('x', r) + r), parts.Select(Encoding.UTF8.GetString));
        Assert.True(group.First(rank == 0));
        Assert.False(group.First(rank == 1));
        Assert.Throws<ArgumentException>(() => group.AllReduce(zeros(2, 3).t()));
        Assert.Throws<ArgumentException>(() => group.AllReduce(zeros(2, dtype: ScalarType.BFloat16)));
        Assert.Throws<ArgumentException>(() => group.AllGather(zeros(2), zeros(3)));

        // Nobody is past the barrier before the last one is there.
        File.WriteAllText(Path.Combine(Ranks.Folder!, $"done-{rank}"), "");
        group.Barrier();
        Assert.Equal(size, Directory.GetFiles(Ranks.Folder!, "done-*").Length);
    }
}
