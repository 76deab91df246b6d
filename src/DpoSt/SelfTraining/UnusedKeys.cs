using DpoSt.Configuration.Sections;
using DpoSt.Runs;

namespace DpoSt.SelfTraining;

/// <summary>Keys that a fine-tuning knows but does not use, such as DPO's: said, so that nobody waits for their effect.</summary>
internal static class UnusedKeys
{
    /// <summary>Says which differ from their defaults in vain.</summary>
    public static void Note(ExperimentOptions options, IStageReporter reporter)
    {
        var (given, left) = (options.Trainer, new TrainerSection { RunName = "", OutputDir = "" });
        (string Key, bool IsSet)[] keys =
        [
            ("beta", given.Beta != left.Beta),
            ("loss_type", given.LossType != left.LossType),
            ("label_smoothing", given.LabelSmoothing != left.LabelSmoothing),
            ("rpo_alpha", given.RpoAlpha != left.RpoAlpha),
            ("desirable_weight", given.DesirableWeight != left.DesirableWeight),
            ("undesirable_weight", given.UndesirableWeight != left.UndesirableWeight),
            ("max_prompt_length", given.MaxPromptLength != left.MaxPromptLength),
            ("max_target_length", given.MaxTargetLength != left.MaxTargetLength),
            ("max_length", given.MaxLength != left.MaxLength),
        ];
        string[] set = [.. keys.Where(k => k.IsSet).Select(k => $"trainer.{k.Key}")];
        if (set.Length > 0)
        {
            var names = set.Length == 1 ? $"{set[0]} is" : $"{string.Join(", ", set[..^1])} and {set[^1]} are";
            reporter.Note($"{names} of preference tuning: {(set.Length == 1 ? "it changes" : "they change")} nothing here.");
        }

        if (options.Compat == Compatibility.Reference && given.GroupByLengthWindow != left.GroupByLengthWindow)
        {
            reporter.Note("compat: reference shuffles plainly: trainer.group_by_length_window changes nothing.");
        }
    }
}
