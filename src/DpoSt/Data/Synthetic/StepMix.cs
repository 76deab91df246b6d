namespace DpoSt.Data.Synthetic;

/// <summary>How often problems of 2, 3, 4, 5 and 6 steps are drawn, as weights that need not sum to one.</summary>
internal sealed record StepMix(double Two, double Three, double Four, double Five, double Six)
{
    /// <summary>Mostly two and three steps.</summary>
    public static StepMix Default { get; } = new(0.45, 0.35, 0.11, 0.06, 0.03);

    /// <summary>As many of each length.</summary>
    public static StepMix Even { get; } = new(1, 1, 1, 1, 1);

    /// <summary>Draws a number of steps among those on offer; where no weight is on any of them, the smallest.</summary>
    internal int Draw(SplitMix64 random, IEnumerable<int> offered)
    {
        var options = offered.Order().Select(steps => (steps, weight: Weight(steps))).ToArray();
        var left = options.Sum(o => o.weight) * (random.Next() >> 11) / (1UL << 53);
        foreach (var (steps, weight) in options)
        {
            left -= weight;
            if (left < 0)
            {
                return steps;
            }
        }

        return options[0].steps;
    }

    private double Weight(int steps) => steps switch { 2 => Two, 3 => Three, 4 => Four, 5 => Five, 6 => Six, _ => 0 };
}
