using DpoSt.Runs;
using DpoSt.Training;
using Microsoft.Extensions.Logging;

namespace DpoSt.SelfTraining;

/// <summary>Tells a program what a run does.</summary>
internal sealed partial class ProgramReporter(IProgress<TrainingProgress>? progress, ILogger? logger) : IStageReporter
{
    private TrainingProgress now = new("", 0, 0, "", null);

    /// <inheritdoc/>
    public void Begin(string stage, string what, long total, string unit)
    {
        now = new(stage, 0, total, unit, null);
        Say($"{stage}: {what}");
        progress?.Report(now);
    }

    /// <inheritdoc/>
    public void Advance(long done) => progress?.Report(now = now with { Done = done });

    /// <inheritdoc/>
    public void Log(TrainingLine line) => now = now with { Loss = line.Loss };

    /// <inheritdoc/>
    public void Note(string sentence) => Say(sentence.Trim());

    /// <inheritdoc/>
    public void End(string summary) => Say(summary);

    /// <inheritdoc/>
    public void Skip(string stage, string why) => Say($"{stage}: {why}");

    private void Say(string sentence)
    {
        if (logger is not null && sentence.Length > 0)
        {
            LogSentence(logger, sentence);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Sentence}")]
    private static partial void LogSentence(ILogger logger, string sentence);
}
