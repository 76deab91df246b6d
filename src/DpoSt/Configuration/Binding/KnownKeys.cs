using System.Reflection;
using System.Text.Json;
using DpoSt.Configuration.Sections;

namespace DpoSt.Configuration.Binding;

/// <summary>The options that a configuration may have, by their full names, and what other programs call them.</summary>
internal static class KnownKeys
{
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.Ordinal);
    private static readonly List<string> Free = [];

    /// <summary>Every option.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Of(typeof(ExperimentOptions), "")];

    /// <summary>Whether a key is an option, a section of options, or in one whose keys are free.</summary>
    public static bool IsOption(string key) =>
        All.Any(known => known == key || known.StartsWith(key + ".", StringComparison.Ordinal))
            || Free.Any(free => key.StartsWith(free + ".", StringComparison.Ordinal));

    /// <summary>What says the same here as a key of other versions of transformers and trl, in words; null where nothing is known of
    /// it.</summary>
    public static string? OtherName(string key) => OtherNames.GetValueOrDefault(key);

    private static IEnumerable<string> Of(Type section, string prefix)
    {
        foreach (var other in section.GetCustomAttributes<OtherNameAttribute>())
        {
            OtherNames[prefix + other.Key] = other.Here is null ? other.Advice! : $"it is {prefix}{other.Here} here{other.Advice}";
        }

        foreach (var property in section.GetProperties().Where(p => p.CanWrite))
        {
            var name = prefix + SnakeCase.Of(property.Name);
            if (property.PropertyType == typeof(IReadOnlyDictionary<string, JsonElement>))
            {
                Free.Add(name);
            }

            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            foreach (var key in type.IsClass && type != typeof(string) ? Of(type, name + ".") : [name])
            {
                yield return key;
            }
        }
    }
}
