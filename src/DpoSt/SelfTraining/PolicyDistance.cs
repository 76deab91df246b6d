using System.Text.Json;

namespace DpoSt.SelfTraining;

/// <summary>How far a policy is from its reference.</summary>
/// <param name="Run">The policy's run.</param>
/// <param name="Kl">The estimated KL divergence a whole answer, in nats.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="Answers">How many answers the policy drew for it.</param>
internal sealed record PolicyDistance(string Run, double Kl, double StandardError, int Answers)
{
    /// <summary>From what each answer's log-probability under the policy exceeds that under the reference by.</summary>
    internal static PolicyDistance Of(string run, IReadOnlyList<double> logRatios)
    {
        var mean = logRatios.Average();
        var error = logRatios.Count < 2 ? 0
            : Math.Sqrt(logRatios.Sum(ratio => (ratio - mean) * (ratio - mean)) / (logRatios.Count - 1) / logRatios.Count);
        return new PolicyDistance(run, mean, error, logRatios.Count);
    }
}

/// <summary><c>distance.json</c> in a run's folder.</summary>
internal static class PolicyDistanceFile
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Write(string path, PolicyDistance distance) =>
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(distance, Options) + "\n");

    /// <summary>Null where there is no such file.</summary>
    /// <exception cref="UserErrorException">It holds something else.</exception>
    public static PolicyDistance? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<PolicyDistance>(WholeFile.ReadText(path), Options) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file does not tell a distance; remove it and run again.", e);
        }
    }
}
