using DpoSt.Configuration.Grammar;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DpoSt.Configuration.Yaml;

/// <summary>Reads a YAML file into nodes that know their lines. Anchors and merge keys count; a key given twice is an error.</summary>
internal sealed class YamlReader
{
    private const int DeepestNesting = 64;
    private const int MostNodes = 100_000;
    private const string Core = "tag:yaml.org,2002:";

    private readonly Dictionary<string, ConfigNode> anchors = new(StringComparer.Ordinal);
    private readonly string path;
    private readonly IParser parser;
    private int nodes;

    private YamlReader(string path, string text)
    {
        this.path = path;
        parser = new Parser(new StringReader(text));
    }

    /// <summary>The map a file holds; an empty file is an empty map.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, is not YAML, or is not a map.</exception>
    public static ConfigMap Read(string path)
    {
        try
        {
            return Parse(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file cannot be read ({FileProblem.Of(path, e)}).", e);
        }
    }

    /// <summary>The map a text holds; <paramref name="path"/> is what messages call it.</summary>
    /// <exception cref="UserErrorException">The text is not YAML or not a map.</exception>
    public static ConfigMap Parse(string path, string text)
    {
        RefuseTabs(path, text);
        var reader = new YamlReader(path, text);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException e)
        {
            throw new UserErrorException($"{path}:{e.Start.Line}: this is not valid YAML ({e.Message.TrimEnd('.')}).", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // YamlDotNet 18 leaves its scanner this way on some unclosed brackets.
            throw new UserErrorException(
                $"{path}:{reader.parser.Current?.End.Line ?? 1}: this is not valid YAML (a bracket or quote may be open from here on).", e);
        }
    }

    private static void RefuseTabs(string path, string text)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var content = line.TrimStart();
            if (!content.IsEmpty && content[0] != '#' && line[..^content.Length].Contains('\t'))
            {
                throw new UserErrorException($"{path}:{number}: the line is indented with a tab, which YAML forbids; use spaces.");
            }
        }
    }

    private ConfigMap ReadDocument()
    {
        parser.Consume<StreamStart>();
        var empty = new ConfigMap(new ConfigSource(path, 1));
        if (parser.TryConsume<StreamEnd>(out _))
        {
            return empty;
        }

        parser.Consume<DocumentStart>();
        var root = ReadNode(new ConfigSource(path, (int)parser.Current!.Start.Line), 0, isFlow: false);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
        {
            throw new UserErrorException($"{path}:{second.Start.Line}: a second document starts here; a configuration is one document.");
        }

        return root switch
        {
            ConfigMap map => map,
            ConfigScalar { Value: null } => empty,
            _ => throw new UserErrorException($"{root.Source}: the file holds {root.Describe()}; expected a map of keys."),
        };
    }

    private ConfigNode ReadNode(ConfigSource source, int depth, bool isFlow)
    {
        if (depth > DeepestNesting)
        {
            throw new UserErrorException($"{source}: the values are nested more than {DeepestNesting} deep.");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            var target = anchors.GetValueOrDefault(alias.Value.Value)
                ?? throw new UserErrorException($"{source}: there is no anchor '&{Shown.Text(alias.Value.Value)}' above this line.");
            Count(Size(target));
            return target.Copy() with { Source = source };
        }

        Count(1);
        var anchor = ((NodeEvent)parser.Current!).Anchor;
        ConfigNode node = parser.Current switch
        {
            Scalar => ReadScalar(source, isFlow),
            SequenceStart => ReadList(source, depth),
            _ => ReadMap(source, depth),
        };
        if (!anchor.IsEmpty)
        {
            anchors[anchor.Value] = node;
        }

        return node;

        void Count(int more)
        {
            nodes += more;
            if (nodes > MostNodes)
            {
                throw new UserErrorException($"{source}: the file unfolds to more than {MostNodes} values.");
            }
        }
    }

    private ConfigScalar ReadScalar(ConfigSource source, bool isFlow)
    {
        var scalar = parser.Consume<Scalar>();
        if (isFlow && scalar is { Style: ScalarStyle.Plain, Value: ['?', ..] })
        {
            throw new UserErrorException(
                $"{source}: '{Shown.Text(scalar.Value)}' stands between brackets without quotes, where '?' begins a key; quote it.");
        }

        return new ConfigScalar(source, scalar.Value, ValueOf(scalar, source));
    }

    private static object? ValueOf(Scalar scalar, ConfigSource source)
    {
        object? value = scalar.Value;
        if (scalar.Tag.IsEmpty)
        {
            return scalar.Style != ScalarStyle.Plain || YamlScalar.TryResolve(scalar.Value, out value)
                ? value : throw NoValue("a plain value");
        }

        // A lone '!' says that the value is text.
        var tag = CoreTag(scalar.Tag, "str", source, "str", "int", "float", "bool", "null");
        return YamlScalar.TryConstruct(tag, scalar.Value, out value) ? value : throw NoValue($"!!{tag}");

        UserErrorException NoValue(string kind) =>
            new($"{source}: '{Shown.Text(scalar.Value)}' has no value as {kind}; quote it if it is text.");
    }

    /// <summary>A tag without YAML's own prefix.</summary>
    private static string CoreTag(TagName tag, string plain, ConfigSource source, params ReadOnlySpan<string> known)
    {
        var name = tag.IsEmpty || tag.IsNonSpecific ? plain
            : tag.Value.StartsWith(Core, StringComparison.Ordinal) ? tag.Value[Core.Length..] : "";
        return known.Contains(name) ? name
            : throw new UserErrorException($"{source}: the tag '{Shown.Text(tag.Value)}' is not supported; expected a plain value.");
    }

    private ConfigList ReadList(ConfigSource source, int depth)
    {
        var start = parser.Consume<SequenceStart>();
        CoreTag(start.Tag, "seq", source, "seq");
        var items = new List<ConfigNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(new ConfigSource(path, (int)parser.Current!.Start.Line), depth + 1, start.Style == SequenceStyle.Flow));
        }

        return new ConfigList(source, items);
    }

    private ConfigMap ReadMap(ConfigSource source, int depth)
    {
        var start = parser.Consume<MappingStart>();
        CoreTag(start.Tag, "map", source, "map");
        var map = new ConfigMap(source);
        var merged = new List<ConfigMap>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var line = new ConfigSource(path, (int)parser.Current!.Start.Line);
            if (!parser.TryConsume<Scalar>(out var key))
            {
                throw new UserErrorException($"{line}: a key of a map is a list, a map or an alias; expected a plain key.");
            }

            var behind = new ConfigSource(path, (int)parser.Current!.Start.Line);
            var value = ReadNode(line, depth + 1, start.Style == MappingStyle.Flow);
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                merged.AddRange(Merged(value));
                continue;
            }

            var original = ValueOf(key, line)
                ?? throw new UserErrorException($"{behind}: a key of a map is empty or null; write its name before the colon.");
            var name = original as string ?? PlainKey.Text(original);
            if (PlainKey.StandsIn(map, original))
            {
                var first = map.Entries.GetValueOrDefault(name)?.Source.Line ?? source.Line;
                throw new UserErrorException(
                    $"{line}: the key '{Shown.Text(name)}' stands here a second time (first in line {first}); keep one of them.");
            }

            map.Set(name, original, value);
        }

        // The map's own keys win, then those of the last '<<'.
        foreach (var (from, key, value) in Enumerable.Reverse(merged).SelectMany(m => m.Entries.Select(e => (m, e.Key, e.Value))))
        {
            if (!map.Entries.ContainsKey(key))
            {
                map.Set(key, from.OtherKeys.GetValueOrDefault(key), value.Copy());
            }
        }

        return map;
    }

    private static IEnumerable<ConfigMap> Merged(ConfigNode value) => value switch
    {
        ConfigMap map => [map],
        ConfigList list when list.Items.All(i => i is ConfigMap) => list.Items.Cast<ConfigMap>().Reverse(),
        _ => throw new UserErrorException($"{value.Source}: '<<' merges {value.Describe()}; expected a map or a list of maps."),
    };

    private static int Size(ConfigNode node) => node switch
    {
        ConfigMap map => 1 + map.Entries.Values.Sum(Size),
        ConfigList list => 1 + list.Items.Sum(Size),
        _ => 1,
    };
}
