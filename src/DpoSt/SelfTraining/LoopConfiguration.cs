using DpoSt.Configuration;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Launch;
using DpoSt.Configuration.Sections;

namespace DpoSt.SelfTraining;

/// <summary>The configuration of a whole run: its own file, and those of its two kinds of training.</summary>
internal sealed class LoopConfiguration
{
    private readonly ExperimentOptions run, sft, dpo;

    /// <summary>Composes and binds them. Overrides change the run's own file; with <c>sft.</c> or <c>dpo.</c> before the key they change
    /// the file of that training.</summary>
    /// <param name="path">The folder of the configurations.</param>
    /// <param name="name">The run's file in it.</param>
    /// <param name="overrides">As in <see cref="ConfigComposer.Compose"/>.</param>
    /// <exception cref="UserErrorException">A file or an override is wrong, or the run would not use an override.</exception>
    public LoopConfiguration(string path, string name, IReadOnlyList<string> overrides)
    {
        CheckOverrides(overrides);
        var own = ConfigComposer.ComposeExperiment(path, name, PrefixedOverrides.Without(overrides, "sft.", "dpo."));
        var (bound, ignored) = ConfigBinder.Bind<ExperimentOptions>(own);
        run = bound;
        var (ofSft, ofDpo) = (Stage(run.Loop.Sft, "sft."), Stage(run.Loop.Dpo, "dpo."));
        (sft, dpo) = (ofSft.Bound.Options, ofDpo.Bound.Options);
        Ignored = [(own.File, ignored), (ofSft.Config.File, ofSft.Bound.Ignored), (ofDpo.Config.File, ofDpo.Bound.Ignored)];
        NameNote = own.NameNote;
        CanonicalText = $"{own.CanonicalText}\n{ofSft.Config.CanonicalText}\n{ofDpo.Config.CanonicalText}";

        (ComposedConfig Config, BoundConfig<ExperimentOptions> Bound) Stage(string stage, string prefix)
        {
            try
            {
                var config = ConfigComposer.ComposeExperiment(path, stage, PrefixedOverrides.Only(overrides, prefix));
                return (config, ConfigBinder.Bind<ExperimentOptions>(config));
            }
            catch (UserErrorException e) when (e.Message.StartsWith("override ", StringComparison.Ordinal))
            {
                throw new UserErrorException($"behind '{prefix}': {e.Message}", e);
            }
        }
    }

    /// <summary>The keys without a meaning here, by file.</summary>
    public IReadOnlyList<(string File, IReadOnlyList<string> Keys)> Ignored { get; }

    /// <inheritdoc cref="ComposedConfig.NameNote"/>
    public string? NameNote { get; }

    /// <summary>All keys of the three files: equal configurations give equal texts.</summary>
    public string CanonicalText { get; }

    /// <summary>The plan; <paramref name="precision"/> decides where the files do not.</summary>
    /// <param name="folder">What all paths are relative to; null is the current folder, and for models DATA_DIR.</param>
    public LoopPlan Plan(MixedPrecision precision = MixedPrecision.No, string? folder = null)
    {
        var resolved = NamedData.Resolve(run);
        var paths = folder is null ? RunPaths.Here(resolved) : new RunPaths(resolved, folder, folder);
        return LoopPlan.From(resolved, Decided(sft), Decided(dpo), paths);

        ExperimentOptions Decided(ExperimentOptions stage) =>
            precision == MixedPrecision.No ? stage : stage with { Trainer = stage.Trainer with { Bf16 = stage.Trainer.Bf16 ?? true } };
    }

    // What a run would take without using it.
    private static void CheckOverrides(IReadOnlyList<string> overrides)
    {
        if (Find("trainer.") is { } training)
        {
            throw new UserErrorException(
                $"override '{training}' belongs to a kind of training: "
                + $"write sft.{PrefixedOverrides.Bare(training)} or dpo.{PrefixedOverrides.Bare(training)}.");
        }

        if ((Find("sft.model.") ?? Find("dpo.model.")) is { } model)
        {
            throw new UserErrorException(
                $"override '{model}' changes nothing: a run hands its models on itself, beginning with the run's own model.model_path.");
        }

        string? Find(string prefix) =>
            overrides.FirstOrDefault(o => PrefixedOverrides.Bare(o).StartsWith(prefix, StringComparison.Ordinal));
    }
}
