using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>What ranks tell each other apart from tensors.</summary>
internal static class GroupExchange
{
    /// <summary>Numbers, each summed over all ranks.</summary>
    public static double[] Sum(this IProcessGroup group, double[] numbers)
    {
        using var scope = NewDisposeScope();
        var sums = tensor(numbers);
        group.AllReduce(sums);
        return sums.data<double>().ToArray();
    }

    /// <summary>What the first rank says.</summary>
    public static bool First(this IProcessGroup group, bool value) => group.Sum([group.Rank == 0 && value ? 1 : 0])[0] > 0;

    /// <summary>Bytes of every rank, by rank.</summary>
    public static byte[][] Gather(this IProcessGroup group, byte[] mine)
    {
        using var scope = NewDisposeScope();
        var lengths = new double[group.Size];
        lengths[group.Rank] = mine.Length;
        lengths = group.Sum(lengths);
        var width = (long)Math.Max(1, lengths.Max());
        var (part, whole) = (zeros([width], dtype: ScalarType.Byte), zeros([group.Size * width], dtype: ScalarType.Byte));
        part.narrow(0, 0, mine.Length).copy_(tensor(mine, dtype: ScalarType.Byte));
        group.AllGather(part, whole);
        return [.. lengths.Select((length, rank) => whole.narrow(0, rank * width, (long)length).data<byte>().ToArray())];
    }
}
