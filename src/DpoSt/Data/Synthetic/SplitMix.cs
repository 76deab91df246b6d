namespace DpoSt.Data.Synthetic;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): a 64-bit counter passed through a mixing function. It is our own because the stream of
/// <see cref="Random"/> may change between .NET versions, and a seed must name the same problems for ever.
/// </summary>
internal sealed class SplitMix(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next() => Mix(state += Golden);

    /// <summary>A number in 0..bound-1, by the high half of a 128-bit product (its bias is below 2^-32 for the bounds used here).</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => (Next() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>A generator for one named purpose: equal parts give equal streams, different parts unrelated ones.</summary>
    public static SplitMix For(params ReadOnlySpan<long> parts)
    {
        var hash = Golden;
        foreach (var part in parts)
        {
            hash = Mix(hash ^ unchecked((ulong)part)) + Golden;
        }

        return new SplitMix(hash);
    }

    /// <summary>A stable 64-bit hash of a text (FNV-1a, then mixed).</summary>
    public static ulong Hash(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 0x100000001B3;
        }

        return Mix(hash);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
