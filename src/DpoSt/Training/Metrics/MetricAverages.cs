namespace DpoSt.Training.Metrics;

/// <summary>Sums since the last log line, as a resume state keeps them.</summary>
/// <param name="Sums">Each metric, summed over what the objective counts.</param>
/// <param name="Weight">What the objective counted: tokens or pairs.</param>
internal sealed record MetricSums(IReadOnlyDictionary<string, double> Sums, double Weight, long Tokens, double Seconds)
{
    /// <summary>The line of a step.</summary>
    public TrainingLine Line(long step, long total, double rate, double gradNorm)
    {
        var means = Sums.ToDictionary(pair => pair.Key, pair => pair.Value / Weight, StringComparer.Ordinal);
        means.Remove("loss", out var loss);
        return new TrainingLine(step, total, loss, rate, gradNorm, means, Tokens / Seconds);
    }
}

/// <summary>What happened since the last log line, on average.</summary>
internal sealed class MetricAverages
{
    private readonly Dictionary<string, double> sums;
    private double weight;
    private long tokens;
    private double seconds;

    /// <summary>Starts at nothing, or where a resume state stood.</summary>
    public MetricAverages(MetricSums? from = null)
    {
        sums = new(from?.Sums ?? new Dictionary<string, double>(StringComparer.Ordinal), StringComparer.Ordinal);
        (weight, tokens, seconds) = (from?.Weight ?? 0, from?.Tokens ?? 0, from?.Seconds ?? 0);
    }

    /// <summary>Adds what a share of a micro-batch cost; <paramref name="loss"/> is what counts as its loss.</summary>
    public void Add(ShareCost share, double loss)
    {
        weight += share.Weight;
        tokens += share.Tokens;
        foreach (var (name, sum) in share.Cost.Metrics.Append(new("loss", loss)))
        {
            sums[name] = sums.GetValueOrDefault(name) + sum;
        }
    }

    /// <summary>Adds the time that a step took.</summary>
    public void AddTime(TimeSpan time) => seconds += time.TotalSeconds;

    /// <summary>The sums so far of all replicas together; the time is this one's.</summary>
    /// <param name="names">The objective's metrics: a replica that had nothing to do yet has not met them.</param>
    public MetricSums Over(IReplicas replicas, IReadOnlyList<string> names)
    {
        string[] all = [.. names, "loss"];
        var whole = replicas.Sum([weight, tokens, .. all.Select(name => sums.GetValueOrDefault(name))]);
        return new MetricSums(
            all.Zip(whole[2..]).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal), whole[0], (long)whole[1],
            seconds);
    }
}
