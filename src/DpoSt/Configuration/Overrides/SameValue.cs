using DpoSt.Configuration.Grammar;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Overrides;

/// <summary>Whether two values are equal as Python compares them: 1, 1.0 and true are.</summary>
internal static class SameValue
{
    public static bool Of(ConfigNode a, ConfigNode b) => (a, b) switch
    {
        (ConfigMap x, ConfigMap y) => x.Entries.Count == y.Entries.Count
            && x.Entries.All(e => y.Entries.TryGetValue(e.Key, out var other) && Of(e.Value, other)),
        (ConfigList x, ConfigList y) => x.Items.Count == y.Items.Count && x.Items.Zip(y.Items).All(p => Of(p.First, p.Second)),
        (ConfigScalar { Value: null }, ConfigScalar { Value: null }) => true,
        (ConfigScalar { Value: string x }, ConfigScalar { Value: string y }) => x == y,
        (ConfigScalar { Value: not (null or string) } x, ConfigScalar { Value: not (null or string) } y) =>
            PlainKey.Number(x.Value).Equals(PlainKey.Number(y.Value)),
        _ => false,
    };
}
