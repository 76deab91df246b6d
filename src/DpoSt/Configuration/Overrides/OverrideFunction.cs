using DpoSt.Configuration.Grammar;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Overrides;

/// <summary>A function in the value of an override: <c>int</c>, <c>float</c>, <c>str</c>, <c>bool</c> and <c>sort</c> of one value, as
/// Hydra computes them. Those that ask for several runs, or draw an order at random, are refused by name.</summary>
internal sealed class OverrideFunction(string name, ConfigSource source, IReadOnlySet<ConfigNode> quoted)
{
    private readonly List<ConfigNode> values = [];
    private readonly Dictionary<string, ConfigNode> named = new(StringComparer.Ordinal);

    /// <summary>Adds an argument, by its place or by its name.</summary>
    public void Add(string? argument, ConfigNode value)
    {
        if (argument is null && named.Count > 0)
        {
            throw Error("an argument without a name stands behind one with a name");
        }

        if (argument is null)
        {
            values.Add(value);
        }
        else if (!named.TryAdd(argument, value))
        {
            throw Error($"the argument {Shown.Text(argument)} stands twice");
        }
    }

    /// <summary>The value of the function.</summary>
    /// <exception cref="UserErrorException">There is no such function here, or it has no value for these arguments.</exception>
    public ConfigNode Call() => name switch
    {
        "int" or "float" or "str" or "bool" => Cast(Only("value")),
        "sort" => Sort(),
        "choice" or "range" or "interval" or "glob" or "tag" => throw Error(
            "it asks for several runs, which is not supported; start a run for each value"),
        "shuffle" => throw Error("it draws an order at random, which no second run would have; write the list in the order that you mean"),
        _ => throw Error("there is no such function; expected int, float, str, bool or sort, or quotes around a text"),
    };

    private ConfigNode Only(string argument) => (values, named.Count) switch
    {
        ([var value], 0) => value,
        ([], 1) when named.TryGetValue(argument, out var value) => value,
        ([_, _, ..], _) => throw Error("several arguments would ask for several runs; write a list [a,b]"),
        _ => throw Error("it takes one argument"),
    };

    private ConfigNode Cast(ConfigNode node) => node switch
    {
        ConfigMap map => map.Map(Cast),
        ConfigList list => list with { Items = [.. list.Items.Select(Cast)] },
        ConfigScalar { Value: { } value } when OverrideCast.To(name, value) is { } cast =>
            new ConfigScalar(source, OverrideCast.Text(cast), cast),
        _ => throw Error($"{node.Describe()} cannot become {name}"),
    };

    private ConfigNode Sort()
    {
        var isReversed = named.Remove("reverse", out var reverse) && (reverse is ConfigScalar { Value: bool flag }
            ? flag : throw Error("reverse is true or false"));
        var only = Only("list");
        switch (only)
        {
            case ConfigList list:
                return list with { Items = Sorted(list.Items, isReversed) };
            case ConfigScalar { Value: null }:
                throw Error("null has no order");
            default:
                return values.Count > 0 ? only : throw Error("list is not a list");
        }
    }

    private IReadOnlyList<ConfigNode> Sorted(IReadOnlyList<ConfigNode> items, bool isReversed)
    {
        if (items.Count < 2)
        {
            return items;
        }

        // As Python: equal items keep their order, in a reversed list too.
        var order = Comparer<ConfigNode>.Create((a, b) => (isReversed ? -1 : 1) * Compare((ConfigScalar)a, (ConfigScalar)b));
        return items.All(i => i is ConfigScalar { Value: bool or long or double })
            || items.All(i => i is ConfigScalar { Value: string } && !quoted.Contains(i))
            ? [.. items.Order(order)] : throw Error("it takes a list of numbers or a list of texts without quotes");
    }

    private static int Compare(ConfigScalar a, ConfigScalar b) => a.Value is string text
        ? string.CompareOrdinal(text, (string)b.Value!) : PlainKey.Number(a.Value!).CompareTo(PlainKey.Number(b.Value!));

    private UserErrorException Error(string what) => new($"{source}: {Shown.Text(name)}(...): {what}.");
}
