using System.Text;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>Resolves <c>${a.b}</c>, <c>${a[0]}</c> and <c>${oc.env:NAME,default}</c> over a whole configuration, nested ones too. An
/// interpolation that is the whole text takes the value with its type; inside a text it becomes text. <c>\${</c> stands for
/// itself.</summary>
internal sealed class Interpolation(ConfigMap root, Func<string, string?> environment)
{
    private const int MostValues = 100_000;
    private const int LongestText = 1 << 20;
    private readonly List<string> open = [];
    private int values;

    /// <summary>A copy of the configuration without interpolations.</summary>
    /// <exception cref="UserErrorException">A key or variable is missing, or the values form a circle.</exception>
    public ConfigMap Resolve() => (ConfigMap)Resolve(root, "");

    private ConfigNode Resolve(ConfigNode node, string key)
    {
        if (++values > MostValues)
        {
            throw new UserErrorException($"{node.Source}: the interpolations unfold to more than {MostValues} values.");
        }

        switch (node)
        {
            case ConfigMap map:
                var copy = new ConfigMap(map.Source);
                foreach (var (name, value) in map.Entries)
                {
                    copy.Entries.Add(name, Resolve(value, key.Length == 0 ? name : $"{key}.{name}"));
                }

                return copy;
            case ConfigList list:
                return list with { Items = [.. list.Items.Select((item, i) => Resolve(item, $"{key}.{i}"))] };
            case ConfigScalar { Value: string text } scalar when text.Contains("${", StringComparison.Ordinal):
                if (open.Contains(key))
                {
                    var circle = string.Join(" -> ", open[open.IndexOf(key)..].Append(key));
                    throw new UserErrorException($"{scalar.Source}: the interpolations form a circle ({circle}).");
                }

                open.Add(key);
                var expanded = Expand(text, scalar.Source, key);
                open.RemoveAt(open.Count - 1);
                return expanded;
            default:
                return node;
        }
    }

    private ConfigNode Expand(string text, ConfigSource source, string key)
    {
        if (text.StartsWith("${", StringComparison.Ordinal) && InterpolationText.EndOf(text, 0) == text.Length)
        {
            return Evaluate(text[2..^1], source, key) with { Source = source };
        }

        var result = ExpandText(text, source, key);
        return new ConfigScalar(source, result, result);
    }

    private string ExpandText(string text, ConfigSource source, string key)
    {
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var rest = text.AsSpan(at);
            if (rest.StartsWith("\\${", StringComparison.Ordinal))
            {
                result.Append("${");
                at += 3;
            }
            else if (rest.StartsWith("${", StringComparison.Ordinal))
            {
                var end = InterpolationText.EndOf(text, at);
                if (end < 0)
                {
                    throw Error(source, key, $"'{rest}' has no closing brace");
                }

                result.Append(AsText(Evaluate(text[(at + 2)..(end - 1)], source, key), source, key));
                at = end;
            }
            else
            {
                result.Append(text[at++]);
            }

            if (result.Length > LongestText)
            {
                throw Error(source, key, "the interpolated text is longer than a million characters");
            }
        }

        return result.ToString();
    }

    private ConfigNode Evaluate(string inner, ConfigSource source, string key)
    {
        var colon = InterpolationText.OutsideBraces(inner, ':');
        if (colon < 0)
        {
            return Select(ExpandText(inner, source, key).Trim(), source, key);
        }

        var name = inner[..colon].Trim();
        if (name != "oc.env")
        {
            throw Error(source, key, $"the resolver '{name}' is not supported; expected ${{key}} or ${{oc.env:NAME,default}}");
        }

        var arguments = inner[(colon + 1)..];
        var comma = InterpolationText.OutsideBraces(arguments, ',');
        var variable = ExpandText(comma < 0 ? arguments : arguments[..comma], source, key).Trim();
        if (environment(variable) is { } found)
        {
            return new ConfigScalar(source, found, found);
        }

        if (comma < 0)
        {
            throw Error(
                source, key, $"the environment variable {variable} is not set; set it or give a default ${{oc.env:{variable},default}}");
        }

        var fallback = ExpandText(arguments[(comma + 1)..], source, key).Trim();
        return fallback switch
        {
            ['\'' or '"', .. var quoted, var last] when last == fallback[0] => new ConfigScalar(source, quoted, quoted),
            _ when fallback.Equals("null", StringComparison.OrdinalIgnoreCase) => new ConfigScalar(source, "null", null),
            _ => new ConfigScalar(source, fallback, fallback),
        };
    }

    private ConfigNode Select(string path, ConfigSource source, string key)
    {
        if (path.Length == 0 || path[0] == '.')
        {
            throw Error(source, key, $"'${{{path}}}' is not a key counted from the top; expected ${{section.key}}");
        }

        ConfigNode node = root;
        var walked = "";
        foreach (var name in path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.'))
        {
            // What is on the way may be an interpolation itself.
            var container = node is ConfigScalar ? Resolve(node, walked) : node;
            node = container switch
            {
                ConfigMap map when map.Entries.TryGetValue(name, out var next) => next,
                ConfigList list when int.TryParse(name, out var index) && index >= 0 && index < list.Items.Count => list.Items[index],
                _ => throw Error(source, key, $"it refers to {path}, but there is no such key"),
            };
            walked = walked.Length == 0 ? name : $"{walked}.{name}";
        }

        return Resolve(node, walked);
    }

    private static string AsText(ConfigNode node, ConfigSource source, string key) => node is ConfigScalar scalar
        ? PythonText.Of(scalar.Value) : throw Error(source, key, $"{node.Describe()} cannot stand inside a text");

    private static UserErrorException Error(ConfigSource source, string key, string what) =>
        new($"{source}: {key} cannot be resolved: {what}.");
}
