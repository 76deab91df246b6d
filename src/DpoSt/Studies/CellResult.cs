using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.Evaluation;
using DpoSt.SelfTraining;

namespace DpoSt.Studies;

/// <summary>What a finished cell leaves: a small file that is kept.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Key">The content key of its settings: a cell with another is not of the study as it is now.</param>
/// <param name="Scores">What each of its models scored.</param>
/// <param name="Budgets">What each of its models took.</param>
/// <param name="Seconds">The time of the process that finished it; of one that was stopped before, nothing is counted.</param>
/// <param name="Machine">The processor, the threads, the program.</param>
internal sealed record CellResult(
    [property: JsonRequired] string Arm, [property: JsonRequired] int Seed, [property: JsonRequired] string Key,
    [property: JsonRequired] IReadOnlyList<CellScore> Scores, [property: JsonRequired] IReadOnlyList<RunBudget> Budgets,
    double Seconds, string Machine)
{
    /// <summary>What was chosen from each run's samples.</summary>
    public IReadOnlyList<SelectionCounts> Selections { get; init; } = [];

    /// <summary>What preference tuning did to log-probabilities.</summary>
    public IReadOnlyList<LogProbChange> LogProbs { get; init; } = [];

    /// <summary>How far each preference-tuned model is from its reference.</summary>
    public IReadOnlyList<PolicyDistance> Distances { get; init; } = [];

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Writes the file.</summary>
    internal void Write(string path) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, Options) + "\n");

    /// <summary>Reads a cell's file; null where it is not there.</summary>
    /// <exception cref="UserErrorException">The file is not that of a cell.</exception>
    public static CellResult? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<CellResult>(WholeFile.ReadText(path), Options) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file is not the result of a cell; remove it, and the cell is done again.", e);
        }
    }
}

/// <summary>What a model scored on one set; numbers are fractions of its problems.</summary>
/// <param name="Run">The model's run.</param>
/// <param name="Set">The set.</param>
/// <param name="Problems">How many problems it has.</param>
/// <param name="Greedy">Right greedy answers.</param>
/// <param name="WithoutCalculator">The same without the calculator.</param>
/// <param name="PassAt1">pass@1 of the samples; null where there are none.</param>
/// <param name="PassAtN">pass@n of all samples; null where there are none.</param>
/// <param name="Samples">n.</param>
/// <param name="Correct">A bit a problem, 1 where the greedy answer is right: hexadecimal, the first problem the highest bit.</param>
internal sealed record CellScore(
    string Run, string Set, int Problems, double Greedy, double WithoutCalculator, double? PassAt1, double? PassAtN, int Samples,
    string Correct)
{
    internal static CellScore Of(EvaluationRow row)
    {
        var bits = new byte[(row.Correct.Length + 7) / 8];
        foreach (var (i, correct) in row.Correct.Index())
        {
            bits[i / 8] |= (byte)(correct ? 0x80 >> (i % 8) : 0);
        }

        return new(
            row.Run, row.DataSet, row.Problems, row.Greedy, row.GreedyWithoutCalculator, row.PassAt1, row.PassAtN, row.Samples,
            Convert.ToHexStringLower(bits));
    }

    /// <summary>For each problem whether the greedy answer is right.</summary>
    internal bool[] Verdicts()
    {
        var bits = Convert.FromHexString(Correct);
        return [.. Enumerable.Range(0, Problems).Select(i => (bits[i / 8] & (0x80 >> (i % 8))) != 0)];
    }
}
