using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Interpolations;

/// <summary>Who reads an interpolation: the value in which it is written.</summary>
/// <param name="Source">The line of the value.</param>
/// <param name="Name">The value's own key.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record Reader(ConfigSource Source, string Name, Place Place)
{
    /// <summary>The value's full key.</summary>
    public string Key => Place.KeyOf(Name);

    /// <summary>A mistake in the interpolation.</summary>
    public UserErrorException Error(string what) =>
        new(Name.Length == 0 ? $"{Source}: {what}." : $"{Source}: {Shown.Text(Key)} cannot be resolved: {what}.");
}
