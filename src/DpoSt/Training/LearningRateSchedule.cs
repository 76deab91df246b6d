namespace DpoSt.Training;

/// <summary>The learning rate of every step, as transformers' schedulers: a linear warm-up from zero, then a decay.</summary>
/// <param name="Kind">constant[_with_warmup], linear, cosine[_with_min_lr|_with_restarts], polynomial or inverse_sqrt.</param>
/// <param name="Peak">The rate after the warm-up.</param>
/// <param name="TotalSteps">Optimizer steps of the whole run.</param>
/// <param name="WarmupSteps">Steps of the warm-up.</param>
/// <param name="MinRateRatio">The floor of cosine_with_min_lr, as a part of the peak.</param>
/// <param name="Cycles">Waves of a cosine (half a one where null), or the number of hard restarts (one where null).</param>
/// <param name="Power">The exponent of polynomial.</param>
/// <param name="EndRate">Where polynomial ends.</param>
internal sealed record LearningRateSchedule(
    string Kind, double Peak, long TotalSteps, long WarmupSteps, double MinRateRatio =
        0, double? Cycles = null, double Power = 1, double EndRate = 1e-7)
{
    /// <summary>The names that can be asked for.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        ["constant", "constant_with_warmup", "linear", "cosine", "cosine_with_min_lr", "cosine_with_restarts", "polynomial",
            "inverse_sqrt"];

    /// <summary>The rate that step <paramref name="step"/> (from 0) uses.</summary>
    public double At(long step)
    {
        if (Kind != "constant" && step < WarmupSteps)
        {
            return Peak * step / Math.Max(1, WarmupSteps);
        }

        var progress = Math.Min(1.0, (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps));
        return Kind switch
        {
            "constant" or "constant_with_warmup" => Peak,
            "linear" => Peak * (1 - progress),
            "cosine" => Peak * Cosine(2 * (Cycles ?? 0.5) * progress),
            "cosine_with_min_lr" => Peak * (MinRateRatio + (1 - MinRateRatio) * Cosine(2 * (Cycles ?? 0.5) * progress)),
            "cosine_with_restarts" => progress >= 1 ? 0 : Peak * Cosine((Cycles ?? 1) * progress % 1),
            "polynomial" => EndRate + (Peak - EndRate) * Math.Pow(1 - progress, Power),
            "inverse_sqrt" => InverseRoot(step),
            _ => throw new UserErrorException($"'{Kind}' is not a learning rate schedule: use one of {string.Join(", ", Kinds)}."),
        };
    }

    /// <summary>The warm-up of a ratio of all steps, rounded up as transformers does.</summary>
    public static long WarmupOf(double ratio, long totalSteps) => (long)Math.Ceiling(ratio * totalSteps);

    private static double Cosine(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));

    // Where no warm-up sets the time scale, transformers takes ten thousand steps.
    private double InverseRoot(long step)
    {
        var scale = WarmupSteps == 0 ? 10_000 : WarmupSteps;
        return Peak / Math.Sqrt((double)(step + scale - WarmupSteps) / scale);
    }
}
