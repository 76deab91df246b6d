using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>Composes a configuration as Hydra 1.3 with OmegaConf 2.3 does: defaults lists, overrides, then interpolations.</summary>
public static class ConfigComposer
{
    /// <summary>Composes <c>configPath/configName.yaml</c>.</summary>
    /// <param name="configPath">The folder of the configurations (<c>--config-path</c>).</param>
    /// <param name="configName">The file's name below it, with or without <c>.yaml</c> (<c>--config-name</c>).</param>
    /// <param name="overrides"><c>[+|++]key=value</c>, <c>~key</c>, or a choice of a group, in order.</param>
    /// <param name="environment">Where <c>${oc.env:NAME}</c> looks; null is the environment of the process, then <c>.env</c>.</param>
    /// <exception cref="UserErrorException">A file, key, override or interpolation is wrong; the sentence says where.</exception>
    public static ComposedConfig Compose(
        string configPath, string configName, IEnumerable<string>? overrides = null, Func<string, string?>? environment = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(configPath);
        ArgumentException.ThrowIfNullOrEmpty(configName);
        var parsed = (overrides ?? []).Select(Override.Parse).ToLookup(o => o.IsGroup(configPath));
        var root = new DefaultsComposer(configPath, [.. parsed[true]]).Compose(configName);
        foreach (var change in parsed[false])
        {
            change.Apply(root);
        }

        var file = Path.Combine(configPath, configName.EndsWith(".yaml", StringComparison.Ordinal) ? configName : configName + ".yaml");
        return new ComposedConfig(file, new Interpolation(root, environment ?? DotEnv.Here).Resolve());
    }

    /// <summary>Composes a text that stands alone: no defaults list, as the embedded configurations are.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="yaml">The text.</param>
    /// <param name="overrides">As in <see cref="Compose"/>, without choices of groups.</param>
    /// <exception cref="UserErrorException">As in <see cref="Compose"/>.</exception>
    public static ComposedConfig ComposeText(string name, string yaml, IEnumerable<string>? overrides = null)
    {
        var root = YamlReader.Parse(name, yaml);
        foreach (var change in (overrides ?? []).Select(Override.Parse))
        {
            change.Apply(root);
        }

        return new ComposedConfig(name, new Interpolation(root, DotEnv.Here).Resolve());
    }
}
