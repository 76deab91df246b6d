using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace DpoSt;

/// <summary>JSON may escape half a character (<c>"\ud83d"</c> alone), or hold bytes that are not UTF-8, which the runtime notices only when
/// the text is asked for.</summary>
internal static class JsonTexts
{
    /// <summary>Whether all names and strings in a value are whole texts.</summary>
    public static bool AreWhole(JsonElement value)
    {
        var json = JsonMarshal.GetRawUtf8Value(value);
        return Utf8.IsValid(json) && ((json.IndexOf(@"\ud"u8) < 0 && json.IndexOf(@"\uD"u8) < 0) || Walk(value));
    }

    private static bool Walk(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(property => property.Name is not null && Walk(property.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(Walk),
                JsonValueKind.String => value.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
