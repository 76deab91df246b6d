using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Overrides;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>Names an experiment whose configuration does not, after the folder of the configurations.</summary>
internal sealed class ExperimentName(string configPath)
{
    private const string Key = "exp_name";
    private readonly ConfigSource source = new($"the folder {configPath}");

    /// <summary>Adds the name where there is none, if the folder's may also name a folder of results.</summary>
    /// <param name="root">The configuration, to which overrides are yet to be applied.</param>
    /// <param name="overrides">They; one that adds the key finds its place free.</param>
    public void AddTo(ConfigMap root, IEnumerable<Override> overrides)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(configPath)));
        if (root.Find(Key) is null && FolderNameAttribute.Holds(name)
            && !overrides.Any(change => change.Kind == OverrideKind.Add && change.Key.Path == Key))
        {
            root.Set(Key, null, new ConfigScalar(source, name, name) { IsFinal = true });
        }
    }

    /// <summary>Says what the experiment is called where that is the folder's name, and how to change it; null elsewhere.</summary>
    /// <param name="root">The configuration behind its overrides.</param>
    public string? NoteOn(ConfigMap root) => root.Find(Key) is ConfigScalar name && name.Source == source
        ? $"no {Key} is given: the experiment is called '{name.Text}', after its folder of configurations ({Key}=NAME calls it otherwise)."
        : null;
}
