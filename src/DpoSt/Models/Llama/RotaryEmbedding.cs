using DpoSt.Tensors.Kernels;

namespace DpoSt.Models.Llama;

/// <summary>Rotary positions (Su et al. 2021): at position p the pair (x_i, x_{i + K/2}) of every head turns by p times the i-th frequency.
/// Frequencies are those of transformers' LlamaRotaryEmbedding, stretched as <see cref="RopeScaling"/> says; angles in fp32 as
/// there.</summary>
internal sealed class RotaryEmbedding(LlamaConfig config)
{
    private readonly float[] frequencies = Frequencies(config);

    /// <summary>The frequency of each pair, in radians a position: K/2 numbers.</summary>
    public static float[] Frequencies(LlamaConfig config)
    {
        var size = config.HeadSize;
        var plain = Enumerable.Range(0, size / 2).Select(i => 1 / MathF.Pow((float)config.RopeTheta, 2f * i / size));
        return config.RopeScaling switch
        {
            { Kind: "linear" } scaling => [.. plain.Select(f => f / (float)scaling.Factor)],
            { Kind: "llama3" } scaling => [.. plain.Select(f => Llama3(f, scaling))],
            _ => [.. plain],
        };
    }

    /// <summary>Turns for tokens at these positions; the same for every layer of a forward pass.</summary>
    public RotaryTurn At(ReadOnlySpan<int> positions)
    {
        var half = frequencies.Length;
        var (cosines, sines) = (new float[positions.Length * half], new float[positions.Length * half]);
        for (var n = 0; n < positions.Length; n++)
        {
            for (var i = 0; i < half; i++)
            {
                var (sine, cosine) = Math.SinCos(positions[n] * frequencies[i]);
                (sines[n * half + i], cosines[n * half + i]) = ((float)sine, (float)cosine);
            }
        }

        return new RotaryTurn(cosines, sines);
    }

    // Long wavelengths are divided by the factor, short ones stay, and between the two the change is gradual (Llama 3.1).
    private static float Llama3(float frequency, RopeScaling s)
    {
        var wavelength = 2 * MathF.PI / frequency;
        var original = (float)s.OriginalMaxPositionEmbeddings;
        if (wavelength < original / s.HighFreqFactor)
        {
            return frequency;
        }

        if (wavelength > original / s.LowFreqFactor)
        {
            return frequency / (float)s.Factor;
        }

        var kept = (original / wavelength - (float)s.LowFreqFactor) / (float)(s.HighFreqFactor - s.LowFreqFactor);
        return (1 - kept) * frequency / (float)s.Factor + kept * frequency;
    }
}
