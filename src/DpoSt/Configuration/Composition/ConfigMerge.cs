using DpoSt.Configuration.Interpolations;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>Lays one configuration over another as OmegaConf 2.3 does: maps are merged key by key, everything else (lists too) is replaced,
/// and a value that is yet to be given (<c>???</c>) replaces nothing.</summary>
/// <param name="interpolation">Of the configuration below, for keys that refer to a map and get keys of their own.</param>
internal sealed class ConfigMerge(Interpolation interpolation)
{
    /// <summary>Lays a map over the one in which <paramref name="place"/> is.</summary>
    /// <exception cref="UserErrorException">A list and a map meet.</exception>
    public void Merge(Place place, ConfigMap over)
    {
        var into = (ConfigMap)place.Container;
        foreach (var (key, value) in over.Entries)
        {
            var own = into.Entries.GetValueOrDefault(key);
            if (own is ConfigScalar { IsInterpolated: true } && value is not ConfigScalar
                && interpolation.Container(own, place, key) is { } target)
            {
                own = target.Copy();
                into.Entries[key] = own;
            }

            switch (own, value)
            {
                case (not null, ConfigScalar { IsMissing: true }):
                    break;
                case (ConfigMap below, ConfigMap map):
                    Merge(new Place(below, place, key), map);
                    break;
                case (ConfigMap, ConfigList) or (ConfigList, ConfigMap):
                    throw TwoKinds(value.Source, place.KeyOf(key), value, own);
                default:
                    into.Set(key, over.OtherKeys.GetValueOrDefault(key), value.Copy());
                    break;
            }
        }
    }

    /// <summary>A list and a map that would have to be merged.</summary>
    internal static UserErrorException TwoKinds(ConfigSource source, string key, ConfigNode over, ConfigNode own) => new(
        $"{source}: {Shown.Text(key)} is {over.Describe()} here and {own.Describe()} before ({own.Source}), and the two do not merge.");
}
