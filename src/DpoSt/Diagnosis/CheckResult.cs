using System.Text.Json.Serialization;

namespace DpoSt.Diagnosis;

/// <summary>What a check says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckState>))]
internal enum CheckState
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("green")]
    Green,

    /// <summary>Something is not there, or was not looked at; what is computed is not touched by it.</summary>
    [JsonStringEnumMemberName("yellow")]
    Yellow,

    /// <summary>Results would be wrong, or a run would fail.</summary>
    [JsonStringEnumMemberName("red")]
    Red,
}

/// <summary>One line of <c>dpost doctor</c>.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="State">How it is.</param>
/// <param name="Measured">What was found.</param>
/// <param name="Advice">What to do; null where nothing is to be done.</param>
internal sealed record CheckResult(string Name, CheckState State, string Measured, string? Advice = null)
{
    /// <summary>The largest difference from the reference, as a part of the largest number; null where nothing is computed.</summary>
    public double? Error { get; init; }

    /// <summary>The most that it may be.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Tokens a second, where they were counted.</summary>
    public double? TokensPerS { get; init; }
}
