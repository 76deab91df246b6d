namespace DpoSt.Models.Decoder;

/// <summary>
/// Rotary frequencies as transformers 5 computes them (modeling_rope_utils), in fp32: theta^(-2i/R), stretched for longer texts.
/// </summary>
internal static class RopeScaling
{
    /// <summary>Frequencies as first published.</summary>
    /// <param name="size">R, the turned numbers of a head.</param>
    public static float[] Plain(int size, double theta) =>
        [.. Enumerable.Range(0, size / 2).Select(i => 1 / MathF.Pow((float)theta, 2f * i / size))];

    /// <summary>All of them slower by a factor (kaiokendev 2023).</summary>
    public static float[] Linear(float[] plain, double factor) => [.. plain.Select(f => f / (float)factor)];

    /// <summary>Each slower by a factor of its own (LongRoPE, Ding et al. 2024).</summary>
    public static float[] Each(int size, double theta, IReadOnlyList<double> factors) =>
        [.. factors.Select((factor, i) => 1 / ((float)factor * MathF.Pow((float)theta, 2f * i / size)))];

    /// <summary>Long wavelengths are divided by the factor, short ones stay, between the two the change is gradual (Llama 3.1).</summary>
    /// <param name="low">Wavelengths beyond the original length over this are stretched in full.</param>
    /// <param name="high">Wavelengths below the original length over this stay.</param>
    /// <param name="original">The length the model was first trained on.</param>
    public static float[] Llama3(float[] plain, double factor, double low, double high, double original) => [.. plain.Select(frequency =>
    {
        var wavelength = 2 * MathF.PI / frequency;
        if (wavelength < (float)(original / high))
        {
            return frequency;
        }

        if (wavelength > (float)(original / low))
        {
            return frequency / (float)factor;
        }

        var kept = ((float)original / wavelength - (float)low) / (float)(high - low);
        return (1 - kept) * frequency / (float)factor + kept * frequency;
    })];

    /// <summary>Pairs that turn often within the original length stay, pairs that turn less than once are slower by the factor, with a ramp
    /// between the two (YaRN, Peng et al. 2023).</summary>
    /// <param name="turns">Turns within the original length from which on pairs stay, and below which they are slower in full.</param>
    /// <param name="truncate">Whether the ramp begins and ends at whole pairs.</param>
    public static float[] Yarn(float[] plain, double theta, double factor, double original, (double Fast, double Slow) turns, bool truncate)
    {
        var size = plain.Length * 2;
        var (low, high) = (Pair(turns.Fast), Pair(turns.Slow));
        if (truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, size - 1));
        var width = (float)(high == low ? 0.001 : high - low);
        return [.. plain.Select((frequency, i) =>
        {
            var slowed = Math.Clamp((i - (float)low) / width, 0, 1);
            return frequency / (float)factor * slowed + frequency * (1 - slowed);
        })];

        // The pair that turns so often within the original length.
        double Pair(double turns) => size * Math.Log(original / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
    }

    /// <summary>How much larger YaRN makes turned numbers: 0.1 m ln(factor) + 1.</summary>
    public static double YarnMagnitude(double factor, double m = 1) => factor <= 1 ? 1 : 0.1 * m * Math.Log(factor) + 1;

    /// <summary>How much larger LongRoPE makes them.</summary>
    public static double LongMagnitude(double factor, double original) =>
        factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(original));
}
