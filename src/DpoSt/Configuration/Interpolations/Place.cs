using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Interpolations;

/// <summary>Where a value stands: in which container, and where that one stands. References that begin with points count from
/// here.</summary>
/// <param name="Container">The map or list the value is in.</param>
/// <param name="Parent">Where the container stands; null for the whole configuration.</param>
/// <param name="Name">The container's own key.</param>
internal sealed record Place(ConfigNode Container, Place? Parent, string Name)
{
    /// <summary>The full key of the container, empty for the whole configuration.</summary>
    public string Key => Parent is null ? Name : Parent.KeyOf(Name);

    /// <summary>The full key of a value in the container.</summary>
    public string KeyOf(string name) => Key is { Length: > 0 } key ? $"{key}.{name}" : name;

    /// <summary>Whether a container is this one or stands around it.</summary>
    public bool IsWithin(ConfigNode container)
    {
        for (var place = this; place is not null; place = place.Parent)
        {
            if (ReferenceEquals(place.Container, container))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A value and where it stands; the whole configuration, and values that an interpolation made, stand nowhere.</summary>
/// <param name="IsMade">Whether an interpolation made it: no reference leads into it.</param>
internal readonly record struct Located(ConfigNode Node, Place? Place, string Name, bool IsMade = false);
