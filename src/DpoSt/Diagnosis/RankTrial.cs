using DpoSt.Parallel;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>What ranks tell each other, beside what they should: every number is a whole one, so nothing may differ.</summary>
internal static class RankTrial
{
    private const int Part = 700_001;                                // of 8 bytes: more than one piece of 4 MB

    /// <summary>Tries every collective; on each rank of the group.</summary>
    /// <returns>What is wrong, null where nothing is.</returns>
    public static string? Run(IProcessGroup group, Device device)
    {
        string[] wrong =
        [
            .. ((ScalarType[])[ScalarType.Float32, ScalarType.Float64]).SelectMany(type => Wrong(group, device, type)
                .Select(what => $"{what} of {type}"))
        ];
        return wrong.Length == 0 ? null : string.Join(", ", wrong);
    }

    private static List<string> Wrong(IProcessGroup group, Device device, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (rank, size) = (group.Rank, group.Size);
        var plain = arange((long)size * Part, dtype: ScalarType.Float64).remainder(1009);
        var wrong = new List<string>();
        var sum = Mine(plain, rank);
        group.AllReduce(sum);
        Compare("sum", sum, plain.mul(size * (size + 1) / 2));
        var part = zeros([Part], dtype: type, device: device);
        group.ReduceScatter(Mine(plain, rank), part);
        Compare("scattered sum", part, plain.narrow(0, (long)rank * Part, Part).mul(size * (size + 1) / 2));
        var whole = zeros([(long)size * Part], dtype: type, device: device);
        group.AllGather(plain.narrow(0, (long)rank * Part, Part).to(type).to(device), whole);
        Compare("gathering", whole, plain);
        var told = Mine(plain, rank);
        group.Broadcast(told, size - 1);
        Compare("broadcast", told, plain.mul(size));
        group.Barrier();
        return wrong;

        Tensor Mine(Tensor numbers, int of) => numbers.mul(of + 1).to(type).to(device).contiguous();

        void Compare(string what, Tensor actual, Tensor expected)
        {
            if (KernelTrial.Difference(actual, expected) > 0)
            {
                wrong.Add(what);
            }
        }
    }
}
