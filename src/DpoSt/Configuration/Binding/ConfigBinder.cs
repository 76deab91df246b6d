using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Binding;

/// <summary>Options bound from a configuration, and the keys in it that have no meaning here.</summary>
/// <param name="Options">The bound options.</param>
/// <param name="Ignored">Full names of accepted keys without a meaning here, in the order of the file.</param>
internal sealed record BoundConfig<T>(T Options, IReadOnlyList<string> Ignored);

/// <summary>Binds a configuration strictly to records: snake_case keys to properties of the same name, maps to records. A key that no
/// property has and a value of another type are errors; a key that is absent leaves the property's default, unless it is
/// <c>required</c>.</summary>
internal static class ConfigBinder
{
    /// <summary>Binds a whole configuration.</summary>
    /// <exception cref="UserErrorException">A key is unknown or missing, or a value has the wrong type or is out of range.</exception>
    public static BoundConfig<T> Bind<T>(ComposedConfig config) where T : class
    {
        ArgumentNullException.ThrowIfNull(config);
        return Bind<T>(config.Root, config.File);
    }

    internal static BoundConfig<T> Bind<T>(ConfigMap root, string file) where T : class
    {
        var ignored = new List<string>();
        return new BoundConfig<T>((T)BindSection(typeof(T), root, "", new ConfigSource(file), ignored), ignored);
    }

    private static object BindSection(Type type, ConfigMap map, string path, ConfigSource source, List<string> ignored)
    {
        var section = Activator.CreateInstance(type)!;
        var properties = type.GetProperties().Where(p => p.CanWrite).ToDictionary(p => SnakeCase.Of(p.Name), StringComparer.Ordinal);
        var others = type.GetCustomAttribute<IgnoresKeysAttribute>()?.Keys ?? [];
        foreach (var (key, node) in map.Entries)
        {
            var full = path.Length == 0 ? key : $"{path}.{key}";
            if (properties.TryGetValue(key, out var property))
            {
                BindProperty(section, property, node, full, ignored);
            }
            else if (others.Any(o => o == key))
            {
                ignored.Add(full);
            }
            else
            {
                throw Unknown(key, full, node.Source, path, [.. properties.Keys, .. others]);
            }
        }

        var missing = properties.FirstOrDefault(p => p.Value.IsDefined(typeof(RequiredMemberAttribute)) && !map.Entries.ContainsKey(p.Key));
        return missing.Key is null
            ? section
            : throw new UserErrorException(
                $"{source}: the key {(path.Length == 0 ? "" : path + ".")}{missing.Key} is missing; expected {Expected(missing.Value)}.");
    }

    private static void BindProperty(object section, PropertyInfo property, ConfigNode node, string path, List<string> ignored)
    {
        if (property.GetCustomAttribute<NamedAttribute>() is { } named)
        {
            property.SetValue(section, named.Is(node));
            if (!named.Is(node))
            {
                ignored.Add(path);
            }

            return;
        }

        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var isSection = type.IsClass && type != typeof(string);
        if (node is ConfigScalar { Value: null })
        {
            if (TakesNull(property))
            {
                property.SetValue(section, null);
            }
            else if (!isSection || property.IsDefined(typeof(RequiredMemberAttribute)))
            {
                throw Wrong(node, property, path);
            }

            return;
        }

        property.SetValue(section, (node, isSection) switch
        {
            (ConfigMap values, _) when type == typeof(IReadOnlyDictionary<string, JsonElement>) => values.Entries.ToDictionary(
                entry => entry.Key, entry => JsonSerializer.SerializeToElement(Plain(entry.Value)), StringComparer.Ordinal),
            (ConfigList list, _) when type == typeof(IReadOnlyList<string>)
                && list.Items.All(item => item is ConfigScalar { Value: string }) =>
                list.Items.Select(item => ((ConfigScalar)item).Text).ToArray(),
            (ConfigScalar { Value: string } only, _) when type == typeof(IReadOnlyList<string>) => new[] { only.Text },
            (ConfigList { Items.Count: > 0 } list, _) when type == typeof(IReadOnlyList<double>)
                && list.Items.All(item => item is ConfigScalar number && Convert(number, typeof(double), property) is not null) =>
                list.Items.Select(item => (double)Convert((ConfigScalar)item, typeof(double), property)!).ToArray(),
            (ConfigMap map, true) => BindSection(type, map, path, map.Source, ignored),
            (ConfigScalar scalar, false) when Convert(scalar, type, property) is { } value => value,
            _ => throw Wrong(node, property, path),
        });
    }

    // A value whose type nobody prescribes.
    private static object? Plain(ConfigNode node) => node switch
    {
        ConfigMap map => map.Entries.ToDictionary(entry => entry.Key, entry => Plain(entry.Value), StringComparer.Ordinal),
        ConfigList list => list.Items.Select(Plain).ToList(),
        _ => ((ConfigScalar)node).Value,
    };

    private static bool TakesNull(PropertyInfo property) => property.PropertyType.IsValueType
        ? Nullable.GetUnderlyingType(property.PropertyType) is not null
        : new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    /// <summary>The value as <paramref name="type"/>, null where it is none or out of range.</summary>
    private static object? Convert(ConfigScalar scalar, Type type, PropertyInfo property)
    {
        if (type.IsEnum)
        {
            // 'no' without quotes is a boolean in YAML, but here it can only be the name.
            var name = Enum.GetNames(type).FirstOrDefault(n => SnakeCase.Of(n).Equals(scalar.Text, StringComparison.OrdinalIgnoreCase));
            return name is null ? null : Enum.Parse(type, name);
        }

        if (scalar.Value is "???")
        {
            return null;
        }

        var within = property.GetCustomAttribute<WithinAttribute>();
        return (Type.GetTypeCode(type), scalar.Value) switch
        {
            (TypeCode.Boolean, bool flag) => flag,
            (TypeCode.Int32, long whole) when whole is >= int.MinValue and <= int.MaxValue && (within?.Holds(whole) ?? true) => (int)whole,
            (TypeCode.Int64, long whole) when within?.Holds(whole) ?? true => whole,
            (TypeCode.Double, long or double) when System.Convert.ToDouble(scalar.Value) is var number && double.IsFinite(number)
                && (within?.Holds(number) ?? true) => number,
            (TypeCode.String, not null) when property.GetCustomAttribute<OneOfAttribute>() is { } choices => choices.Find(scalar.Text),
            (TypeCode.String, string or long or double) when property.IsDefined(typeof(FolderNameAttribute))
                && !FolderNameAttribute.Holds(scalar.Text) => null,
            (TypeCode.String, string or long or double) when scalar.Text.Length > 0 => scalar.Text,
            _ => null,
        };
    }

    private static string Expected(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var choices = type.IsEnum ? Enum.GetNames(type).Select(SnakeCase.Of) : property.GetCustomAttribute<OneOfAttribute>()?.Values;
        if (choices is not null)
        {
            return string.Join(" or ", choices.Select(c => $"'{c}'"));
        }

        if (property.IsDefined(typeof(FolderNameAttribute)))
        {
            return FolderNameAttribute.Expected;
        }

        if (type == typeof(IReadOnlyList<double>))
        {
            return $"a list of numbers {property.GetCustomAttribute<WithinAttribute>()}";
        }

        var kind = Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "true or false",
            TypeCode.Int32 or TypeCode.Int64 => "a whole number",
            TypeCode.Double => "a number",
            TypeCode.String => "text that is not empty",
            _ => "a map of keys",
        };
        var hint = property.GetCustomAttribute<HintAttribute>() is { } given ? $" ({given.Text})" : "";
        return (property.GetCustomAttribute<WithinAttribute>() is { } within ? $"{kind} {within}" : kind) + hint;
    }

    private static UserErrorException Wrong(ConfigNode node, PropertyInfo property, string path) =>
        new($"{node.Source}: {Shown.Text(path)} is {node.Describe()}; expected {Expected(property)}.");

    private static UserErrorException Unknown(string key, string full, ConfigSource source, string path, IReadOnlyList<string> known)
    {
        var prefix = path.Length == 0 ? "" : path + ".";
        var advice = KnownKeys.OtherName(full) is { } other ? $"{other}."
            : NearestName.Of(key, known) is { } near ? $"did you mean {prefix}{near}?"
            : known.Count <= 20 ? $"expected one of {string.Join(", ", known)}." : "correct its spelling or remove it.";
        return new UserErrorException(
            $"{source}: there is no option {(string.IsNullOrWhiteSpace(full) ? $"'{full}'" : Shown.Text(full))}; {advice}");
    }
}
