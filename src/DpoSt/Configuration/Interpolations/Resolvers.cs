using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Interpolations;

/// <summary>OmegaConf's own resolvers: what <c>${name:arguments}</c> gives.</summary>
internal sealed class Resolvers(Interpolation interpolation, Func<string, string?> environment)
{
    private const string Known = "oc.env, oc.select, oc.decode, oc.create, oc.dict.keys, oc.dict.values and oc.deprecated";

    /// <summary>The value of a call.</summary>
    /// <exception cref="UserErrorException">The resolver is unknown, or has no value for these arguments.</exception>
    public Located Call(string name, IReadOnlyList<Located> arguments, Reader reader) => name switch
    {
        "oc.env" => Made(Environment(Text(name, arguments, 2, reader), arguments, reader)),
        "oc.select" => Select(Text(name, arguments, 2, reader), arguments, reader),
        "oc.decode" => Decode(arguments, reader),
        "oc.create" => Create(arguments, reader),
        "oc.dict.keys" => Keys(Map(name, arguments, reader), reader),
        "oc.dict.values" => Values(Text(name, arguments, 1, reader), Map(name, arguments, reader), reader),
        "oc.deprecated" => interpolation.Find(Text(name, arguments, 2, reader), reader, isStrict: false)
            ?? throw reader.Error($"oc.deprecated refers to {Shown.Text(Text(name, arguments, 2, reader))}, but there is no such key"),
        _ => throw reader.Error($"the resolver '{Shown.Text(name)}' is not supported; expected ${{key}}, or one of {Known}"),
    };

    private ConfigScalar Environment(string variable, IReadOnlyList<Located> arguments, Reader reader)
    {
        if (environment(variable) is { } found)
        {
            return new ConfigScalar(reader.Source, found, found);
        }

        if (arguments.Count == 1)
        {
            throw reader.Error($"the environment variable {Shown.Text(variable)} is not set; "
                + $"set it or give a default ${{oc.env:{Shown.Text(variable)},default}}");
        }

        if (arguments[1].Node is ConfigScalar { Value: null } none)
        {
            return none;
        }

        var fallback = PythonText.Of(arguments[1].Node);
        return new ConfigScalar(reader.Source, fallback, fallback);
    }

    private Located Select(string key, IReadOnlyList<Located> arguments, Reader reader) =>
        interpolation.Find(key, reader, isStrict: false) is not { Node: ConfigScalar { IsMissing: true } } and { } found ? found
            : arguments.Count == 2 ? arguments[1] : Made(new ConfigScalar(reader.Source, "null", null));

    private Located Decode(IReadOnlyList<Located> arguments, Reader reader)
    {
        if (arguments is [{ Node: ConfigScalar { Value: null } none }])
        {
            return Made(none);
        }

        var found = interpolation.Evaluate(
            ArgumentParser.ParseElement(Text("oc.decode", arguments, 1, reader), reader.Source), reader);
        return found.IsMade ? found with { Node = Final(WithKeys(found.Node, reader)) } : found;
    }

    private static Located Create(IReadOnlyList<Located> arguments, Reader reader) => arguments switch
    {
        [{ Node: ConfigScalar { Value: null } none }] => Made(none),
        [{ Node: not ConfigScalar } container] => new Located(WithKeys(container.Node, reader).Copy(), reader.Place, reader.Name),
        [{ Node: ConfigScalar { Value: string text } }] => new Located(Written(text, reader), reader.Place, reader.Name),
        _ => throw reader.Error("oc.create takes one list, map or text"),
    };

    /// <summary>What a text is as YAML; OmegaConf takes one word for the key of a map.</summary>
    private static ConfigNode Written(string text, Reader reader)
    {
        var node = YamlReader.ParseValue(reader.Source.ToString(), text);
        InterpolationParser.Check(node);
        return node switch
        {
            not ConfigScalar => node,
            ConfigScalar { Value: null } => new ConfigMap(reader.Source),
            ConfigScalar { Value: string key } => new ConfigMap(reader.Source)
            {
                Entries = { [key] = new ConfigScalar(reader.Source, "null", null) },
            },
            _ => throw reader.Error($"oc.create takes a text that is a list or a map, not {node.Describe()}"),
        };
    }

    private static Located Keys(ConfigMap map, Reader reader) => new(
        new ConfigList(reader.Source, [.. map.Entries.Keys.Select(
            key => new ConfigScalar(reader.Source, key, map.OtherKeys.GetValueOrDefault(key, key)))]),
        reader.Place, reader.Name);

    /// <summary>A list of references to the values: seen from the list, a key that begins with a point has one more.</summary>
    private static Located Values(string key, ConfigMap map, Reader reader)
    {
        var from = key.StartsWith('.') ? $".{key}" : key;
        var items = new ConfigList(reader.Source, [.. map.Entries.Keys.Select(name => $"${{{from}.{name}}}")
            .Select(text => new ConfigScalar(reader.Source, text, text))]);
        InterpolationParser.Check(items);
        return new Located(items, reader.Place, reader.Name);
    }

    private ConfigMap Map(string name, IReadOnlyList<Located> arguments, Reader reader)
    {
        var key = Text(name, arguments, 1, reader);
        var found = interpolation.Find(key, reader, isStrict: true)!.Value;
        return found.Node as ConfigMap
            ?? throw reader.Error($"{name} takes the key of a map, and {Shown.Text(key)} is {found.Node.Describe()}");
    }

    private static string Text(string name, IReadOnlyList<Located> arguments, int most, Reader reader) =>
        arguments.Count == 0 || arguments.Count > most
            ? throw reader.Error($"{name} takes {(most == 1 ? "one argument" : "one or two arguments")}, not {arguments.Count}")
            : arguments[0].Node is ConfigScalar { Value: string text } ? text
            : throw reader.Error($"the first argument of {name} is {arguments[0].Node.Describe()}; expected text");

    /// <summary>A value in which every map has keys that a configuration may have.</summary>
    private static ConfigNode WithKeys(ConfigNode node, Reader reader) => node switch
    {
        ConfigMap map when map.OtherKeys.ContainsValue(DBNull.Value) => throw reader.Error("null cannot be the key of a map"),
        ConfigMap map => map.Map(value => WithKeys(value, reader)),
        ConfigList list => list with { Items = [.. list.Items.Select(item => WithKeys(item, reader))] },
        _ => node,
    };

    /// <summary>The value with texts that are looked at no further.</summary>
    private static ConfigNode Final(ConfigNode node) => node switch
    {
        ConfigMap map => map.Map(Final),
        ConfigList list => list with { Items = [.. list.Items.Select(Final)] },
        _ => (ConfigScalar)node with { IsFinal = true },
    };

    private static Located Made(ConfigNode node) => new(node, null, "", IsMade: true);
}
