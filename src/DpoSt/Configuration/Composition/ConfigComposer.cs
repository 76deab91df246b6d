using DpoSt.Configuration.Defaults;
using DpoSt.Configuration.Interpolations;
using DpoSt.Configuration.Overrides;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>Composes a configuration as Hydra 1.3 with OmegaConf 2.3 does: defaults lists, overrides, then interpolations.</summary>
internal static class ConfigComposer
{
    /// <summary>Composes <c>configPath/configName.yaml</c>.</summary>
    /// <param name="configPath">The folder of the configurations (<c>--config-path</c>).</param>
    /// <param name="configName">The file's name below it, with or without <c>.yaml</c> (<c>--config-name</c>).</param>
    /// <param name="overrides"><c>[+|++]key=value</c>, <c>~key</c>, or a choice of a group, in order.</param>
    /// <param name="environment">Where <c>${oc.env:NAME}</c> looks; null is the environment of the process, then <c>.env</c>.</param>
    /// <exception cref="UserErrorException">A file, key, override or interpolation is wrong; the sentence says where.</exception>
    public static ComposedConfig Compose(
        string configPath, string configName, IEnumerable<string>? overrides = null, Func<string, string?>? environment = null) =>
        ComposeFiles(configPath, configName, overrides, environment, names: null);

    /// <summary>The same for an experiment: where the configuration has no <c>exp_name</c>, it is the name of the folder
    /// <paramref name="configPath"/>, since the runs of an experiment are described side by side.</summary>
    /// <param name="configPath">As in <see cref="Compose"/>.</param>
    /// <param name="configName">As there.</param>
    /// <param name="overrides">As there; <c>exp_name=mine</c> gives the name also where no file has the key.</param>
    /// <exception cref="UserErrorException">As there.</exception>
    public static ComposedConfig ComposeExperiment(string configPath, string configName, IEnumerable<string>? overrides = null) =>
        ComposeFiles(configPath, configName, overrides, null, new ExperimentName(configPath));

    private static ComposedConfig ComposeFiles(
        string configPath, string configName, IEnumerable<string>? overrides, Func<string, string?>? environment, ExperimentName? names)
    {
        ArgumentException.ThrowIfNullOrEmpty(configPath);
        ArgumentException.ThrowIfNullOrEmpty(configName);
        var parsed = (overrides ?? []).Select(Override.Parse).ToLookup(o => o.IsGroup(configPath));
        var files = new DefaultsFiles(configPath);
        var defaults = new DefaultsList(files, new GroupChoices(parsed[true]), environment ?? DotEnv.Here);
        var root = new ConfigMap(new ConfigSource(configPath));
        var interpolation = new Interpolation(root, environment ?? DotEnv.Here);
        foreach (var part in defaults.Of(configName))
        {
            new ConfigMerge(interpolation).Merge(new Place(root, null, ""), part.Nested());
        }

        names?.AddTo(root, parsed[false]);
        return Finish(files.PathOf(configName), root, interpolation, parsed[false]) with { NameNote = names?.NoteOn(root) };
    }

    /// <summary>Composes a text that stands alone: no defaults list, as the embedded configurations are.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="yaml">The text.</param>
    /// <param name="overrides">As in <see cref="Compose"/>, without choices of groups.</param>
    /// <exception cref="UserErrorException">As in <see cref="Compose"/>.</exception>
    public static ComposedConfig ComposeText(string name, string yaml, IEnumerable<string>? overrides = null)
    {
        var root = YamlReader.Parse(name, yaml);
        InterpolationParser.Check(root);
        return Finish(name, root, new Interpolation(root, DotEnv.Here), (overrides ?? []).Select(Override.Parse));
    }

    private static ComposedConfig Finish(string file, ConfigMap root, Interpolation interpolation, IEnumerable<Override> changes)
    {
        var application = new OverrideApplication(root, interpolation);
        foreach (var change in changes)
        {
            application.Apply(change);
        }

        return new ComposedConfig(file, interpolation.Resolve());
    }
}
