using System.Text;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Grammar;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Interpolations;

/// <summary>Resolves interpolations over a configuration as OmegaConf 2.3 does: <c>${a.b}</c>, <c>${a[0]}</c>, <c>${.near}</c>, and calls
/// such as <c>${oc.env:NAME,default}</c>, nested ones too. An interpolation that is the whole text takes the value with its type; inside a
/// text it becomes text. <c>\${</c> stands for itself.</summary>
internal sealed class Interpolation
{
    private const int MostValues = 100_000;
    private const int LongestText = 1 << 20;
    private const int MostText = 1 << 24;
    private const int LongestChain = 64;
    private const int DeepestNesting = 128;

    private readonly Place top;
    private readonly Resolvers resolvers;
    private readonly List<(ConfigNode Node, Place Place, string Name)> open = [];
    private int values;
    private int characters;

    /// <param name="root">The whole configuration.</param>
    /// <param name="environment">Where <c>oc.env</c> looks.</param>
    public Interpolation(ConfigMap root, Func<string, string?> environment)
    {
        top = new Place(root, null, "");
        resolvers = new Resolvers(this, environment);
    }

    /// <summary>A copy of the configuration without interpolations.</summary>
    /// <exception cref="UserErrorException">A key or variable is missing, or the values form a circle.</exception>
    public ConfigMap Resolve() => (ConfigMap)Whole(new Located(top.Container, null, ""));

    /// <summary>A copy of a value without interpolations.</summary>
    /// <exception cref="UserErrorException">As in <see cref="Resolve"/>.</exception>
    public ConfigNode Whole(Located value) => Whole(value, 0);

    /// <summary>The value of a key, itself resolved but not what is in it; null where there is none.</summary>
    /// <exception cref="UserErrorException">What is on the way cannot be resolved.</exception>
    public Located? Select(string key, ConfigSource source) => Find(key, new Reader(source, "", top), isStrict: false);

    /// <summary>The value of a scalar: what an interpolation refers to, or the scalar where it is none.</summary>
    /// <exception cref="UserErrorException">As in <see cref="Resolve"/>.</exception>
    public Located Dereference(ConfigNode node, Place place, string name)
    {
        if (node is not ConfigScalar { IsInterpolated: true } scalar)
        {
            return new Located(node, place, name);
        }

        Count(scalar.Source);
        if (open.FindIndex(o => ReferenceEquals(o.Node, node)) is var first and >= 0)
        {
            var circle = open[first..].Append((node, place, name)).Select(o => Shown.Text(o.Item2.KeyOf(o.Item3)));
            throw new UserErrorException($"{scalar.Source}: the interpolations form a circle ({string.Join(" -> ", circle)}).");
        }

        if (open.Count == LongestChain)
        {
            throw new UserErrorException($"{scalar.Source}: {Shown.Text(place.KeyOf(name))} is at the end of more than {LongestChain} "
                + "interpolations that each refer to the next.");
        }

        open.Add((node, place, name));
        try
        {
            return Evaluate(InterpolationParser.Parse((string)scalar.Value!, scalar.Source), new Reader(scalar.Source, name, place));
        }
        finally
        {
            open.RemoveAt(open.Count - 1);
        }
    }

    /// <summary>The map or list that a reference leads to; null where it leads to none.</summary>
    public ConfigNode? Container(ConfigNode node, Place place, string name)
    {
        try
        {
            return Dereference(node, place, name) is { IsMade: false, Node: not ConfigScalar and var container } ? container : null;
        }
        catch (UserErrorException)
        {
            // Whoever asks replaces the value, so that it need not have one.
            return null;
        }
    }

    /// <summary>The value of a parsed text, or of a part of one.</summary>
    /// <exception cref="UserErrorException">As in <see cref="Resolve"/>.</exception>
    public Located Evaluate(InterpolationSyntax syntax, Reader reader) => syntax switch
    {
        ConstantSyntax constant => Made(Scalar(constant.Value, reader)),
        TextSyntax text => Made(Scalar(Join(text.Parts, reader), reader)),
        ReferenceSyntax reference => Refer(Join(reference.Key, reader, onlyText: "the part of a key"), reader),
        CallSyntax call => resolvers.Call(
            Join(call.Name, reader, onlyText: "the name of a resolver"), [.. call.Arguments.Select(a => Evaluate(a, reader))], reader),
        ListSyntax list => Made(new ConfigList(reader.Source, [.. list.Items.Select(i => Evaluate(i, reader).Node)])),
        _ => Made(MapOf((MapSyntax)syntax, reader)),
    };

    /// <summary>Finds a key, which counts from the reader's place where it begins with points.</summary>
    /// <param name="isStrict">Whether it must be there and be given; otherwise null says that it is not.</param>
    /// <exception cref="UserErrorException">The key leads nowhere, or what is on the way cannot be resolved.</exception>
    public Located? Find(string key, Reader reader, bool isStrict)
    {
        var points = key.Length - key.TrimStart('.').Length;
        var here = points == 0 ? top : reader.Place;
        for (var i = 1; i < points; i++)
        {
            here = here.Parent ?? throw reader.Error($"'{Shown.Text(key)}' counts from above the whole configuration");
        }

        if (points == key.Length)
        {
            return new Located(here.Container, here.Parent, here.Name);
        }

        var parts = KeyPath.Split(key[points..]) ?? throw reader.Error($"'{Shown.Text(key)}' is not a key");
        for (var i = 0; ; i++)
        {
            var child = Child(here, parts[i], key, reader);
            if (child is null || (child is ConfigScalar { IsMissing: true } && isStrict))
            {
                return !isStrict ? null : throw reader.Error(
                    $"it refers to {Shown.Text(key)}, {(child is null ? "but there is no such key" : "which is '???', yet to be given")}");
            }

            var found = Dereference(child, here, parts[i]);
            if (i == parts.Count - 1)
            {
                return found;
            }

            if (found.IsMade || found.Node is ConfigScalar)
            {
                return !isStrict ? null : throw reader.Error($"it refers to {Shown.Text(key)}, but {Shown.Text(here.KeyOf(parts[i]))} is "
                    + $"{found.Node.Describe()}{(found.IsMade ? " that an interpolation made" : "")}, with no keys below it");
            }

            here = new Place(found.Node, found.Place, found.Name);
        }
    }

    private ConfigNode Whole(Located value, int depth)
    {
        Count(value.Node.Source);
        if (depth > DeepestNesting)
        {
            throw new UserErrorException(
                $"{value.Node.Source}: the values are nested more than {DeepestNesting} deep; the interpolations may form a circle.");
        }

        var inside = new Place(value.Node, value.Place, value.Name);
        switch (value.Node)
        {
            case ConfigMap map:
                var copy = new ConfigMap(map.Source);
                foreach (var (name, node) in map.Entries)
                {
                    copy.Set(name, map.OtherKeys.GetValueOrDefault(name), Whole(new Located(node, inside, name), depth + 1));
                }

                return copy;
            case ConfigList list:
                return list with
                {
                    Items = [.. list.Items.Select((item, i) => Whole(new Located(item, inside, PythonText.Of((long)i)), depth + 1))],
                };
            case ConfigScalar { IsInterpolated: true } scalar:
                var found = Dereference(scalar, value.Place!, value.Name);
                return found.Node is ConfigScalar result
                    ? result with { Source = scalar.Source, IsFinal = true } : Whole(found, depth + 1) with { Source = scalar.Source };
            default:
                return value.Node;
        }
    }

    private Located Refer(string key, Reader reader)
    {
        var found = Find(key, reader, isStrict: true)!.Value;
        return !reader.Place.IsWithin(found.Node) ? found : throw new UserErrorException(
            $"{reader.Source}: the interpolations form a circle ({Shown.Text(reader.Key)} -> {Shown.Text(key)}, which it is in).");
    }

    private static ConfigNode? Child(Place here, string name, string key, Reader reader)
    {
        switch (here.Container)
        {
            case ConfigMap map:
                return map.Find(name);
            case ConfigList list:
                var number = NumberText.Whole(name)
                    ?? throw reader.Error($"it refers to {Shown.Text(key)}, but '{Shown.Text(name)}' is not the number of an item");
                return number is long and >= 0 and var index && index < list.Items.Count ? list.Items[(int)index] : null;
            default:
                return null;
        }
    }

    private string Join(IReadOnlyList<InterpolationSyntax> parts, Reader reader, string? onlyText = null)
    {
        var result = new StringBuilder();
        foreach (var part in parts)
        {
            var node = Evaluate(part, reader).Node;
            if (onlyText is not null && node is not ConfigScalar { Value: string })
            {
                throw reader.Error($"{onlyText} is {node.Describe()}; expected text");
            }

            result.Append(PythonText.Of(node));
            if (result.Length > LongestText)
            {
                throw reader.Error("the interpolated text is longer than a million characters");
            }
        }

        characters += result.Length;
        return characters <= MostText
            ? result.ToString() : throw reader.Error($"the interpolations unfold to more than {MostText} characters");
    }

    private ConfigMap MapOf(MapSyntax syntax, Reader reader)
    {
        var map = new ConfigMap(reader.Source);
        foreach (var (key, value) in syntax.Entries)
        {
            var name = key as string ?? PlainKey.Text(key);
            map.Set(name, key, !PlainKey.StandsIn(map, key)
                ? Evaluate(value, reader).Node : throw reader.Error($"the key '{Shown.Text(name)}' stands in a map twice"));
        }

        return map;
    }

    private static ConfigScalar Scalar(object? value, Reader reader) =>
        new(reader.Source, value is null ? "null" : PlainKey.Text(value), value);

    private static Located Made(ConfigNode node) => new(node, null, "", IsMade: true);

    private void Count(ConfigSource source)
    {
        if (++values > MostValues)
        {
            throw new UserErrorException($"{source}: the interpolations unfold to more than {MostValues} values.");
        }
    }
}
