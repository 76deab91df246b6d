namespace DpoSt;

/// <summary>The stream beside <see cref="CounterRandom"/>: a counter passed through the same mixing function (SplitMix64; Steele, Lea,
/// Flood, "Fast splittable pseudorandom number generators", 2014). The stream of <see cref="Random"/> may change between .NET versions;
/// here a seed gives the same numbers for ever.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong state = seed;

    /// <summary>A generator for one named purpose: equal parts give equal streams, different parts unrelated ones.</summary>
    public static SplitMix64 For(params ReadOnlySpan<long> parts)
    {
        var hash = CounterRandom.Golden;
        foreach (var part in parts)
        {
            hash = CounterRandom.Mix(hash ^ unchecked((ulong)part)) + CounterRandom.Golden;
        }

        return new SplitMix64(hash);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong Next() => CounterRandom.Mix(state += CounterRandom.Golden);

    /// <summary>A number in [0, count), by the high half of a 128-bit product; its bias is below count / 2^64.</summary>
    public int Next(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => (Next() >> 11) * (1.0 / (1UL << 53)) < probability;
}
