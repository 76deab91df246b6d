using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DpoSt.Configuration.Yaml;

/// <summary>Reads a YAML file into nodes that know their lines. Anchors and merge keys count; a key given twice is an error.</summary>
internal sealed class YamlReader
{
    private const int DeepestNesting = 64;
    private const int MostNodes = 100_000;
    private const string CoreTag = "tag:yaml.org,2002:";

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
        var root = ReadNode(new ConfigSource(path, (int)parser.Current!.Start.Line), 0);
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

    private ConfigNode ReadNode(ConfigSource source, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new UserErrorException($"{source}: the values are nested more than {DeepestNesting} deep.");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            var target = anchors.GetValueOrDefault(alias.Value.Value)
                ?? throw new UserErrorException($"{source}: there is no anchor '&{alias.Value.Value}' above this line.");
            Count(Size(target));
            return target.Copy() with { Source = source };
        }

        Count(1);
        var anchor = ((NodeEvent)parser.Current!).Anchor;
        ConfigNode node = parser.Current switch
        {
            Scalar => ReadScalar(source),
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

    private ConfigScalar ReadScalar(ConfigSource source)
    {
        var scalar = parser.Consume<Scalar>();
        var tag = scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific ? "" : scalar.Tag.Value;
        if (tag.Length > 0 && tag is not (CoreTag + "str" or CoreTag + "int" or CoreTag + "float" or CoreTag + "bool" or CoreTag + "null"))
        {
            throw new UserErrorException($"{source}: the tag '{tag}' is not supported; expected a plain value.");
        }

        var plain = tag.Length == 0 ? scalar.Style == ScalarStyle.Plain : tag != CoreTag + "str";
        object? value = scalar.Value;
        if (plain && !YamlScalar.TryResolve(scalar.Value, out value))
        {
            throw new UserErrorException($"{source}: the number {scalar.Value} does not fit into 64 bits; quote it if it is text.");
        }

        return new ConfigScalar(source, scalar.Value, value);
    }

    private ConfigList ReadList(ConfigSource source, int depth)
    {
        parser.Consume<SequenceStart>();
        var items = new List<ConfigNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(new ConfigSource(path, (int)parser.Current!.Start.Line), depth + 1));
        }

        return new ConfigList(source, items);
    }

    private ConfigMap ReadMap(ConfigSource source, int depth)
    {
        parser.Consume<MappingStart>();
        var map = new ConfigMap(source);
        var merged = new List<ConfigMap>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var line = (int)parser.Current!.Start.Line;
            if (!parser.TryConsume<Scalar>(out var key))
            {
                throw new UserErrorException($"{path}:{line}: a key of a map is a list, a map or an alias; expected a plain key.");
            }

            var value = ReadNode(new ConfigSource(path, line), depth + 1);
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                merged.AddRange(Merged(value));
            }
            else if (!map.Entries.TryAdd(key.Value, value))
            {
                var first = map.Entries[key.Value].Source.Line;
                throw new UserErrorException(
                    $"{path}:{line}: the key '{key.Value}' stands here a second time (first in line {first}); keep one of them.");
            }
        }

        foreach (var (key, value) in merged.SelectMany(m => m.Entries))
        {
            map.Entries.TryAdd(key, value);
        }

        return map;
    }

    private static IEnumerable<ConfigMap> Merged(ConfigNode value) => value switch
    {
        ConfigMap map => [map],
        ConfigList list when list.Items.All(i => i is ConfigMap) => list.Items.Cast<ConfigMap>(),
        _ => throw new UserErrorException($"{value.Source}: '<<' merges {value.Describe()}; expected a map or a list of maps."),
    };

    private static int Size(ConfigNode node) => node switch
    {
        ConfigMap map => 1 + map.Entries.Values.Sum(Size),
        ConfigList list => 1 + list.Items.Sum(Size),
        _ => 1,
    };
}
