using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>Writes configuration values as JSON: floats keep their point or exponent, infinities and NaN become text.</summary>
internal static class ConfigJson
{
    /// <summary>The value on one line with the keys of every map in ordinal order: equal configurations give equal texts.</summary>
    public static string Canonical(ConfigNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, node, sorted: true);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    public static void Write(Utf8JsonWriter writer, ConfigNode node, bool sorted = false)
    {
        switch (node)
        {
            case ConfigMap map:
                writer.WriteStartObject();
                foreach (var (key, value) in sorted ? map.Entries.OrderBy(e => e.Key, StringComparer.Ordinal) : map.Entries.AsEnumerable())
                {
                    writer.WritePropertyName(key);
                    Write(writer, value, sorted);
                }

                writer.WriteEndObject();
                break;
            case ConfigList list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(writer, item, sorted);
                }

                writer.WriteEndArray();
                break;
            case ConfigScalar scalar:
                Write(writer, scalar.Value);
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long whole:
                writer.WriteNumberValue(whole);
                break;
            case double or BigInteger when value is not double number || double.IsFinite(number):
                writer.WriteRawValue(PythonText.Of(value));
                break;
            default:
                writer.WriteStringValue(PythonText.Of(value));
                break;
        }
    }
}
