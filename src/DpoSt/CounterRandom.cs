namespace DpoSt;

/// <summary>Random numbers as a pure function of a key: no state, no order, the same on every machine and .NET version. The mixing function
/// is SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014).</summary>
internal static class CounterRandom
{
    /// <summary>2^64 divided by the golden ratio: the step of the counter.</summary>
    internal const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>64 well-mixed bits of one word.</summary>
    public static ulong Mix(ulong word)
    {
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
        return word ^ (word >> 31);
    }

    /// <summary>64 bits that depend on every part of the key and on their order.</summary>
    public static ulong Bits(params ReadOnlySpan<ulong> key)
    {
        var state = Golden;
        foreach (var part in key)
        {
            state = Mix(state + Golden + part) * 0xD1342543DE82EF95 + part;
        }

        return Mix(state);
    }

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public static double Uniform(params ReadOnlySpan<ulong> key) => (Bits(key) >> 11) * (1.0 / (1UL << 53));

    /// <summary>64 bits that stand for a text, the same in every process (FNV-1a over its UTF-16 code units, then mixed).</summary>
    public static ulong KeyOf(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return Mix(hash);
    }

    /// <summary>Shuffles in place (Fisher-Yates); the order depends on the key and the length alone.</summary>
    public static void Shuffle<T>(Span<T> items, params ReadOnlySpan<ulong> key)
    {
        var seed = Bits(key);
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = (int)((UInt128)Bits(seed, (ulong)i) * (ulong)(i + 1) >> 64);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
