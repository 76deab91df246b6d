using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>A configuration after composition, overrides and interpolation: what Hydra would give the program.</summary>
internal sealed record ComposedConfig
{
    internal ComposedConfig(string file, ConfigMap root)
    {
        File = file;
        Root = root;
    }

    /// <summary>The file the composition started from.</summary>
    public string File { get; }

    /// <summary>What to tell of an experiment's name that the configuration does not give; null where it gives one.</summary>
    public string? NameNote { get; init; }

    /// <summary>One line of JSON with the keys of every map in ordinal order: equal configurations give equal texts.</summary>
    public string CanonicalText => ConfigJson.Canonical(Root);

    /// <summary>The SHA-256 of <see cref="CanonicalText"/> in UTF-8, in lower-case hexadecimal digits.</summary>
    public string ContentHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalText)));

    internal ConfigMap Root { get; }

    /// <summary>Whether a section is there.</summary>
    public bool Has(string section) => Root.Entries.ContainsKey(section);

    /// <summary>Writes the configuration as one JSON object, keys in the order in which they were composed.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ConfigJson.Write(writer, Root);
    }

    /// <summary>The same as indented text.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
