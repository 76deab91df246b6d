using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Runs;

namespace DpoSt.SelfTraining;

/// <summary>What was chosen from a run's samples; null is what has not been made from them.</summary>
/// <param name="Run">The run.</param>
/// <param name="Pairs">Pairs to train on.</param>
/// <param name="WithheldPairs">Pairs to evaluate on.</param>
/// <param name="PairedQuestions">The share of questions with a pair of either.</param>
/// <param name="PseudoLabels">Rows of the next fine-tuning.</param>
/// <param name="RightRationales">Distinct right rationales that are kept a question, the gold one included: rows by questions.</param>
/// <param name="OwnRows">The share of the rows that models wrote.</param>
internal sealed record SelectionCounts(
    string Run, int? Pairs, int? WithheldPairs, double? PairedQuestions, int? PseudoLabels, double? RightRationales, double? OwnRows)
{
    /// <summary>Rows of the next fine-tuning that are gold rationales.</summary>
    public int? GoldRows { get; init; }

    /// <summary>Rows of it that models wrote.</summary>
    public int? OwnSamples { get; init; }

    private const string ExpectedPair = "{\"prompt\": ...}";

    /// <summary>Counts in the files of a run's folder; null where nothing was chosen there.</summary>
    internal static SelectionCounts? Read(string folder, string run)
    {
        var place = Path.Combine(folder, run, ExperimentFolder.Train);
        var (train, withheld) = (Prompts("train"), Prompts("eval"));
        var rows = Existing(RationaleFile.Name(ExperimentFolder.Train)) is { } file ? JsonLines.Read(file).Count() : (int?)null;
        if (train is null && withheld is null && rows is null)
        {
            return null;
        }

        var questions = Existing(LabelledQuestionFile.Name(ExperimentFolder.Train)) is { } labelled
            ? LabelledQuestionFile.Read(labelled).ToList() : [];
        // A question's gold rationale is always its first row.
        var gold = questions.Count(question => question.Gold is not null);
        return new SelectionCounts(
            run, train?.Count, withheld?.Count,
            Share((train ?? []).Concat(withheld ?? []).Distinct(StringComparer.Ordinal).Count(), questions.Count, train),
            rows, Share(rows ?? 0, questions.Count, rows), Share((rows ?? 0) - gold, questions.Count == 0 ? 0 : rows ?? 0, rows))
        {
            GoldRows = rows is null || questions.Count == 0 ? null : gold,
            OwnSamples = questions.Count == 0 ? null : rows - gold,
        };

        string? Existing(string name) => Path.Combine(place, name) is var path && File.Exists(path) ? path : null;

        List<string>? Prompts(string split) => Existing(PreferencePairFile.Name(split)) is { } path
            ? [.. JsonLines.Read(path).Select(line => line.Text("prompt", ExpectedPair))] : null;

        static double? Share(int part, int whole, object? made) => made is null || whole == 0 ? null : (double)part / whole;
    }
}
