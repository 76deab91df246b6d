using DpoSt.Tensors.Kernels;

namespace DpoSt.Models.Decoder;

/// <summary>Rotary positions (Su et al. 2021): at position p the pair (x_i, x_{i + R/2}) of every head turns by p times the i-th frequency.
/// What follows a head's first R numbers stays. Angles are in fp32, as in transformers.</summary>
/// <param name="Frequencies">Radians a position, one a pair: R/2 numbers.</param>
/// <param name="Magnitude">What turned numbers are multiplied with.</param>
/// <param name="Long">The frequencies of every token of a text longer than <paramref name="Limit"/>; null where there are none.</param>
/// <param name="Limit">In tokens.</param>
internal sealed record Rope(float[] Frequencies, double Magnitude = 1, float[]? Long = null, int Limit = int.MaxValue)
{
    /// <summary>Its kind and base, in words.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Turns for tokens at these positions, of texts of these lengths.</summary>
    public RotaryTurn At(ReadOnlySpan<int> positions, ReadOnlySpan<int> textLengths)
    {
        var half = Frequencies.Length;
        var (cosines, sines) = (new float[positions.Length * half], new float[positions.Length * half]);
        for (var n = 0; n < positions.Length; n++)
        {
            var frequencies = Long is not null && textLengths[n] > Limit ? Long : Frequencies;
            for (var i = 0; i < half; i++)
            {
                var (sine, cosine) = Math.SinCos(positions[n] * frequencies[i]);
                (sines[n * half + i], cosines[n * half + i]) = ((float)(sine * Magnitude), (float)(cosine * Magnitude));
            }
        }

        return new RotaryTurn(cosines, sines, half);
    }
}
