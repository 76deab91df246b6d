using DpoSt.Tensors.Devices;

namespace DpoSt.Tests.Tensors.Devices;

public sealed class CpuThreadsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public void Every_index_is_visited_exactly_once(long work)
    {
        foreach (var count in (int[])[0, 1, 2, 3, 5, 7, 16, 31, 100, 1001, 65_537])
        {
            var visits = new int[count];
            CpuThreads.For(count, work, (begin, end) =>
            {
                for (var i = begin; i < end; i++)
                {
                    Interlocked.Increment(ref visits[i]);
                }
            });
            Assert.All(visits, n => Assert.Equal(1, n));
        }
    }

    [Fact]
    public void Nothing_is_left_out_where_fewer_threads_are_granted()
    {
        // OpenMP gives a region within another one thread, whatever it asks for.
        var visits = new int[CpuThreads.Count, 100];
        CpuThreads.For(CpuThreads.Count, 1_000_000, (first, last) =>
        {
            for (var outer = first; outer < last; outer++)
            {
                var row = outer;
                CpuThreads.For(100, 1_000_000, (begin, end) =>
                {
                    for (var i = begin; i < end; i++)
                    {
                        Interlocked.Increment(ref visits[row, i]);
                    }
                });
            }
        });
        Assert.All(visits.Cast<int>(), n => Assert.Equal(1, n));
    }

    [Fact]
    public void Heavy_work_uses_all_threads()
    {
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, bool>();
        CpuThreads.For(CpuThreads.Count, 1_000_000, (_, _) => threads[Environment.CurrentManagedThreadId] = true);
        Assert.Equal(CpuThreads.Count, threads.Count);
    }
}
