namespace DpoSt.Training.Metrics;

/// <summary>How far a number is from those before it, in standard deviations: what makes a spike of a loss or a gradient norm.</summary>
internal sealed class SpikeGauge
{
    /// <summary>From this on a number is worth a mark.</summary>
    public const double Spike = 4;

    private const int Window = 50;
    private const int Fewest = 10;
    private readonly Queue<double> values = new();

    /// <summary>The z-score of a number against the last fifty, which it then joins; null where they are too few or all alike.</summary>
    public double? Of(double value)
    {
        double? z = null;
        if (values.Count >= Fewest)
        {
            var mean = values.Average();
            var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
            z = deviation > 0 ? (value - mean) / deviation : null;
        }

        values.Enqueue(value);
        if (values.Count > Window)
        {
            values.Dequeue();
        }

        return z;
    }
}
