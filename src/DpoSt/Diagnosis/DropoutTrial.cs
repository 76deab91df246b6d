using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>Dropout beside its masks drawn number by number.</summary>
internal static class DropoutTrial
{
    private const int Rows = 6;
    private const int Width = 77;
    private const double Probability = 0.25;
    private const ulong Seed = 5;
    private const long Step = 3;
    private const int Site = 2;

    /// <summary>The trial for numbers of a type.</summary>
    public static KernelTrial New(ScalarType type, string name, double tolerance)
    {
        ulong[] rows = [.. Enumerable.Range(0, Rows).Select(row => Dropout.RowKey(row, row + 1))];
        return new(
            name, tolerance, () => [Numbers.In(type, 17, Rows, Width)], x => new Dropout(Probability, Seed, Step).Apply(x[0], rows, Site),
            x => x[0].mul(Mask(rows)));
    }

    private static Tensor Mask(ulong[] rows)
    {
        var site = CounterRandom.Bits(CounterRandom.Bits(Seed, (ulong)Step), Site);
        var mask = rows.SelectMany(row => Enumerable.Range(0, Width)
            .Select(channel => Draw(CounterRandom.Bits(row, site), channel) < Probability * 65536 ? 0 : 1 / (1 - Probability)));
        return tensor(mask.ToArray(), [Rows, Width]);
    }

    // One word of 32 bits draws for two channels, sixteen apart.
    private static uint Draw(ulong key, int channel)
    {
        var counter = (uint)(channel / 32 * 16 + channel % 16);
        unchecked
        {
            var bits = (counter * 0x9E3779B9u) ^ (uint)key;
            bits = (bits ^ (bits >> 16)) * 0x7FEB352Du + (uint)(key >> 32);
            bits = (bits ^ (bits >> 15)) * 0x846CA68Bu;
            bits ^= bits >> 16;
            return channel % 32 < 16 ? bits & 0xFFFF : bits >> 16;
        }
    }
}
