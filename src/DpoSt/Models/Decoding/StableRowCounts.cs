using System.Collections.Concurrent;
using DpoSt.Tensors.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Models.Decoding;

/// <summary>The numbers of rows at which a decoder's linears run. A row's bits must not depend on how many others there are, and a
/// processor's kernels promise that only at one number of rows. Most keep it at others too: which do is found out once, by computing, and a
/// step takes the smallest of those that it fits into. With our own kernels every number keeps them.</summary>
internal sealed class StableRowCounts
{
    // With fewer rows kernels read their weights no faster than with these.
    private const int Fewest = 4;

    private static readonly ConcurrentDictionary<Case, bool> Found = new();

    private readonly int[]? sizes;

    private StableRowCounts(int[]? sizes) => this.sizes = sizes;

    /// <summary>
    /// The numbers for steps of up to <paramref name="capacity"/> rows, most of which have <paramref name="usual"/> or fewer.
    /// </summary>
    public static StableRowCounts Of(IEnumerable<Linear> linears, int usual, int capacity)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var shapes = linears.DistinctBy(linear => linear.Shape).ToList();
        if (shapes.TrueForAll(linear => linear.KeepsRows))
        {
            return new StableRowCounts(null);
        }

        var kept = Candidates(usual, capacity).Where(size => shapes.TrueForAll(linear =>
            Found.GetOrAdd(new Case(linear.Shape, linear.Dtype, linear.Device.type, CpuThreads.Count, size, capacity), _ =>
                KeepsBits(linear, size, capacity))));
        return new StableRowCounts([.. kept, capacity]);
    }

    /// <summary>The number of rows computed for so many in use.</summary>
    public int For(int rows) => sizes is null ? rows : Array.Find(sizes, size => size >= rows);

    private static IEnumerable<int> Candidates(int usual, int capacity)
    {
        var candidates = new SortedSet<int> { (usual + capacity) / 2 };
        for (var size = usual; size >= Fewest; size /= 2)
        {
            candidates.Add(size);
        }

        candidates.Add(Fewest);
        return candidates.Where(size => size >= Fewest && size < capacity);
    }

    // Which kernel runs depends on shapes alone, so one matrix of a shape speaks for all, whatever numbers it holds.
    private static bool KeepsBits(Linear linear, int size, int capacity)
    {
        using var scope = NewDisposeScope();
        var x = arange(capacity * linear.Shape.Inputs, dtype: ScalarType.Float32, device: linear.Device).sin().to(linear.Dtype)
            .view(capacity, linear.Shape.Inputs);
        return linear.call(x.narrow(0, 0, size)).equal(linear.call(x).narrow(0, 0, size)).all().item<bool>();
    }

    // What the bits of a row may depend on.
    private sealed record Case((long Outputs, long Inputs) Shape, ScalarType Dtype, DeviceType Device, int Threads, int Size, int Capacity);
}
