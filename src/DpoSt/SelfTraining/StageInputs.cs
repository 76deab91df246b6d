using System.Buffers;
using DpoSt.Configuration;
using DpoSt.Configuration.Sections;
using DpoSt.Data.PaperFormats;
using DpoSt.Runs;

namespace DpoSt.SelfTraining;

/// <summary>The configuration of a stage as it stands on the command line.</summary>
/// <param name="Path">The folder of configurations.</param>
/// <param name="Name">The configuration in it.</param>
/// <param name="Overrides">What changes it.</param>
internal sealed record StageConfig(string Path, string Name, IReadOnlyList<string> Overrides);

/// <summary>Knows which command makes what a stage reads, to say so where it is not there.</summary>
internal sealed class StageInputs(ExperimentOptions options, RunPaths paths, StageConfig? config)
{
    private static readonly SearchValues<char> Special = SearchValues.Create(" $'\"&;()<>|*?~[]{}\\");

    /// <summary>How to get what is not there, as a sentence; null for what a person brings, which is left to whoever reads it.</summary>
    public string? HowToMake(string path) => Maker(path) is var (command, run, further)
        ? $"{path}: there is no such {(command is "sft" or "dpo" ? "model" : "file")} yet; run {Line(command, run, further)} first."
        : null;

    private (string Command, string Run, string[] Further)? Maker(string path)
    {
        if (path == paths.OutputFolder)
        {
            return (options.Model.SftRunName is null ? "sft" : "dpo", options.Trainer.RunName, []);
        }

        if (Below(paths.ModelsFolder, path) is [var model])
        {
            return (RunName.Parse(model).Kind == RunName.DpoKind ? "dpo" : "sft", model, []);
        }

        return Below(paths.OutputsFolder, path) is not [var run, var split, var file] ? null
            : file == LabelledQuestionFile.Name(split) ? ("eval-sampling", run, Mode(EvalMode.Sampling))
            : file == PreferencePairFile.Name(split) || file == JudgedRowFile.Name(split) ? ("make-dpo-data", run, [])
            : file == RationaleFile.Name(split) ? ("make-rft-data", run, [])
            : file == SampleFile.GreedyName ? ("generate", run, Mode(EvalMode.Greedy))
            : ("generate", run, Mode(EvalMode.Sampling));
    }

    private string Line(string command, string run, string[] further)
    {
        if (config is null)
        {
            return $"dpost {command} of the run {run}";
        }

        var own = run == options.Trainer.RunName;
        if (!own && !File.Exists(System.IO.Path.Combine(config.Path, run + ".yaml")))
        {
            return $"dpost {command} --config-path {config.Path} with the configuration of the run {run}";
        }

        // Another run's stage is of the same experiment; what else was changed for this one is not for that one.
        var overrides = own
            ? [.. config.Overrides, .. further]
            : config.Overrides.Where(o => o.TrimStart('+').StartsWith("exp_name=", StringComparison.Ordinal));
        return string.Join(
            ' ',
            overrides.Select(Quoted).Prepend($"dpost {command} --config-path {config.Path} --config-name {(own ? config.Name : run)}"));
    }

    private string[] Mode(EvalMode mode) =>
        options.Eval.Mode == mode ? [] : [$"eval.mode={(mode == EvalMode.Sampling ? "sampling" : "greedy")}"];

    private static string[]? Below(string folder, string path) =>
        System.IO.Path.GetRelativePath(folder, path)
            .Split(System.IO.Path.DirectorySeparatorChar) is var parts && parts[0] is not (".." or ".")
            ? parts
            : null;

    private static string Quoted(string argument) =>
        argument.AsSpan().ContainsAny(Special) ? $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'" : argument;
}
