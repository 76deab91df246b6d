namespace DpoSt.SelfTraining;

/// <summary>The mean log-probability of chosen and of rejected completions, in nats, in the first and in the last line of a preference
/// tuning's log.</summary>
internal sealed record LogProbChange(string Run, double ChosenFirst, double ChosenLast, double RejectedFirst, double RejectedLast)
{
    /// <summary>Null where the training has no pairs.</summary>
    internal static LogProbChange? Of(TrainingCurve curve) =>
        curve.Lines.Where(line => line.ContainsKey("logps/chosen")).ToList() is [var first, ..] lines
            ? new(
                curve.Run, first["logps/chosen"], lines[^1]["logps/chosen"], first["logps/rejected"], lines[^1]["logps/rejected"])
            : null;
}
