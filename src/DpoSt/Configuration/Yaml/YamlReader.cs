using System.Text;
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
    private readonly YamlTabs tabs;
    private int nodes;

    private YamlReader(string path, string text)
    {
        this.path = path;
        parser = new Parser(new StringReader(text));
        tabs = new YamlTabs(text);
    }

    /// <summary>The map a file holds; an empty file is an empty map.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, is not YAML, or is not a map.</exception>
    public static ConfigMap Read(string path)
    {
        try
        {
            return Parse(path, WholeFile.ReadText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file cannot be read ({FileProblem.Of(path, e)}).", e);
        }
    }

    /// <summary>The map a text holds; <paramref name="path"/> is what messages call it.</summary>
    /// <exception cref="UserErrorException">The text is not YAML or not a map.</exception>
    public static ConfigMap Parse(string path, string text) => ParseValue(path, text) switch
    {
        ConfigMap map => map,
        ConfigScalar { Value: null } nothing => new ConfigMap(nothing.Source),
        var other => throw new UserErrorException($"{other.Source}: the file holds {other.Describe()}; expected a map of keys."),
    };

    /// <summary>The value a text holds, null where it is empty; <paramref name="path"/> is what messages call it.</summary>
    /// <exception cref="UserErrorException">The text is not YAML.</exception>
    public static ConfigNode ParseValue(string path, string text)
    {
        RefuseControls(path, text);
        var reader = new YamlReader(path, text);
        try
        {
            var root = reader.ReadDocument();
            return reader.tabs.Find() is not { } line ? root : throw Tab(line);
        }
        catch (YamlException e) when (YamlTabs.FindIndented(text) is { } line)
        {
            throw Tab(line, e);
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

        UserErrorException Tab(int line, Exception? inner = null) => new(
            $"{path}:{line}: the line holds a tab outside of quotes, which YAML forbids; use spaces.", inner);
    }

    /// <summary>Refuses what PyYAML does not read: control characters and halves of surrogate pairs.</summary>
    private static void RefuseControls(string path, string text)
    {
        var line = 1;
        foreach (var rune in text.EnumerateRunes())
        {
            line += rune.Value == '\n' ? 1 : 0;
            if ((Rune.IsControl(rune) && rune.Value is not ('\t' or '\n' or '\r' or 0x85)) || rune.Value is 0xFFFE or 0xFFFF)
            {
                throw new UserErrorException($"{path}:{line}: YAML forbids the character U+{rune.Value:X4}; write \"\\u{rune.Value:X4}\".");
            }
        }
    }

    private ConfigNode ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
        {
            return new ConfigScalar(new ConfigSource(path, 1), "", null);
        }

        parser.Consume<DocumentStart>();
        var root = ReadNode(new ConfigSource(path, (int)parser.Current!.Start.Line), 0, isFlow: false);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
        {
            throw new UserErrorException($"{path}:{second.Start.Line}: a second document starts here; a configuration is one document.");
        }

        return root;
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
        var anchor = parser.Current is NodeEvent begun ? begun.Anchor
            : throw new UserErrorException($"{source}: this is not valid YAML (a value is missing here).");
        ConfigNode node = parser.Current switch
        {
            Scalar => ReadScalar(source, isFlow),
            SequenceStart => ReadList(source, depth),
            _ => ReadMap(source, depth),
        };
        Remember(anchor, node, source);
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

    private void Remember(AnchorName anchor, ConfigNode node, ConfigSource source)
    {
        if (!anchor.IsEmpty && (!ValueLexer.IsName($"_{anchor.Value}") || !anchors.TryAdd(anchor.Value, node)))
        {
            throw new UserErrorException($"{source}: the anchor '&{Shown.Text(anchor.Value)}' stands a second time here, "
                + "or has other marks than letters, digits, _ and -.");
        }
    }

    private ConfigScalar ReadScalar(ConfigSource source, bool isFlow)
    {
        var scalar = parser.Consume<Scalar>();
        CheckMarks(scalar, source, isFlow);
        return new ConfigScalar(source, scalar.Value, ValueOf(scalar, source));
    }

    /// <summary>Refuses what YamlDotNet takes as text and PyYAML does not.</summary>
    private void CheckMarks(Scalar scalar, ConfigSource source, bool isFlow)
    {
        if (scalar.Style != ScalarStyle.Plain)
        {
            tabs.Allow((int)scalar.Start.Index, (int)scalar.End.Index);
        }
        else if ((scalar.Value is [var first, ..] && "`@%|>&*!,[]{}'\"".Contains(first))
            || (isFlow && (scalar.Value.Contains('?', StringComparison.Ordinal) || scalar.Value is [':', ..] or [.., ':'])))
        {
            throw new UserErrorException(
                $"{source}: '{Shown.Text(scalar.Value)}' has a mark that means something to YAML where it stands; quote it.");
        }
    }

    private static object? ValueOf(Scalar scalar, ConfigSource source)
    {
        object? value = scalar.Value;

        // A lone '!' says what no tag says of a value without quotes.
        if (scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific)
        {
            return (scalar.Tag.IsEmpty && scalar.Style != ScalarStyle.Plain) || YamlScalar.TryResolve(scalar.Value, out value)
                ? value : throw NoValue("a plain value");
        }

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

            CheckMarks(key, line, start.Style == MappingStyle.Flow);
            var behind = new ConfigSource(path, (int)parser.Current!.Start.Line);
            var value = ReadNode(line, depth + 1, start.Style == MappingStyle.Flow);
            Remember(key.Anchor, new ConfigScalar(line, key.Value, key.Value), line);
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

        if (merged.Count == 0)
        {
            return map;
        }

        // What is merged comes first; the map's own keys win, then those of the last '<<'.
        var whole = new ConfigMap(source);
        foreach (var (from, key, value) in merged.Append(map).SelectMany(m => m.Entries.Select(e => (m, e.Key, e.Value))))
        {
            whole.Set(key, from.OtherKeys.GetValueOrDefault(key), value.Copy());
        }

        return whole;
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
