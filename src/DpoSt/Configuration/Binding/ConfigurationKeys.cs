using System.Reflection;
using DpoSt.Configuration.Sections;

namespace DpoSt.Configuration.Binding;

/// <summary>The keys that a configuration may have, for whoever helps to write one.</summary>
internal sealed class ConfigurationKeys
{
    private ConfigurationKeys()
    {
        OfTraining = [.. KnownKeys.All.Where(key => key.StartsWith("trainer.", StringComparison.Ordinal))];
        OfRun = [.. KnownKeys.All.Except(OfTraining, StringComparer.Ordinal)];
        Values = [.. KnownKeys.All.Select(key => KeyValuePair.Create(key, ValuesOf(key))).Where(pair => pair.Value.Count > 0)];
    }

    /// <summary>Them.</summary>
    public static ConfigurationKeys All { get; } = new();

    /// <summary>Those of a kind of training, which a run has behind <c>sft.</c> and <c>dpo.</c></summary>
    public IReadOnlyList<string> OfTraining { get; }

    /// <summary>All others.</summary>
    public IReadOnlyList<string> OfRun { get; }

    /// <summary>The values of those that take a few words only.</summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Values { get; }

    private static IReadOnlyList<string> ValuesOf(string key)
    {
        var path = key.Split('.');
        var property = Property(typeof(ExperimentOptions), path[0]);
        foreach (var name in path[1..])
        {
            property = Property(Bare(property), name);
        }

        var type = Bare(property);
        return property.GetCustomAttribute<OneOfAttribute>() is { } choices ? choices.Values
            : property.IsDefined(typeof(NamedAttribute)) ? []
            : type == typeof(bool) ? ["true", "false"]
            : type.IsEnum ? [.. Enum.GetNames(type).Select(SnakeCase.Of)]
            : [];
    }

    private static PropertyInfo Property(Type section, string name) =>
        section.GetProperties().First(p => p.CanWrite && SnakeCase.Of(p.Name) == name);

    private static Type Bare(PropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
}
