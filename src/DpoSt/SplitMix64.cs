namespace DpoSt;

/// <summary>
/// A tiny generator whose numbers are the same on every platform and version (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", 2014), for shuffles and resampling on the host.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private ulong state = seed;

    /// <summary>A generator of its own for a named thing, so that what happens to it does not depend on the things before it.</summary>
    public static SplitMix64 For(long seed, string name)
    {
        // FNV-1a over UTF-16, then mixed with the seed: string.GetHashCode differs from run to run.
        var hash = name.Aggregate(14695981039346656037UL, (h, c) => (h ^ c) * 1099511628211UL);
        var mixer = new SplitMix64((ulong)seed);
        return new SplitMix64(hash ^ mixer.Next());
    }

    public ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, count). The bias of the multiplication is below count / 2^64.</summary>
    public int Next(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>Fisher and Yates.</summary>
    public void Shuffle<T>(T[] items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
