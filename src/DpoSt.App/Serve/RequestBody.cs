using System.Text.Json;

namespace DpoSt.App.Serve;

/// <summary>The JSON object of a request. Each field is asked for once; what nobody asked for is refused by name, for an option that is
/// not understood would change the answer in silence.</summary>
internal sealed class RequestBody(JsonElement body, string path = "")
{
    private readonly HashSet<string> asked = [];

    /// <summary>A field, null where it is absent or null.</summary>
    public JsonElement? Value(string name)
    {
        asked.Add(name);
        return body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>A text.</summary>
    public string? Text(string name) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String && JsonTexts.AreWhole(value) ? value.GetString()
        : throw Wrong(name, value, "a text");

    /// <summary>A whole number within bounds.</summary>
    public int? Integer(string name, int from, int to) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= from && number <= to ? number
        : throw Wrong(name, value, $"a whole number from {from} to {to}");

    /// <summary>A number within bounds.</summary>
    public double? Number(string name, double from, double to) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= from && number <= to ? number
        : throw Wrong(name, value, FormattableString.Invariant($"a number from {from} to {to}"));

    /// <summary>True or false.</summary>
    public bool? Flag(string name) => Value(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(name, value, "true or false");

    /// <summary>An object of its own.</summary>
    public RequestBody? Part(string name) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new RequestBody(value, $"{path}{name}.")
        : throw Wrong(name, value, "an object");

    /// <summary>Fields that ask for something that is not done here, unless they have a value that asks for nothing.</summary>
    public void RefuseUnless(string name, Func<JsonElement, bool> asksForNothing, string why)
    {
        if (Value(name) is { } value && !asksForNothing(value))
        {
            throw new RequestException(400, $"{path}{name} is {Shown.Text(value.GetRawText())}, and {why}; leave it out.", path + name);
        }
    }

    /// <summary>Fields that cannot change the answer.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            asked.Add(name);
        }
    }

    /// <summary>Refuses what nobody asked for.</summary>
    /// <exception cref="RequestException">There is such a field.</exception>
    public void RefuseRest()
    {
        foreach (var unknown in body.EnumerateObject().Select(f => f.Name).Where(name => !asked.Contains(name)).Take(1))
        {
            throw new RequestException(
                400, $"{path}{Shown.Text(unknown)} is not known here; leave it out.", path + Shown.Text(unknown), "unknown_parameter");
        }
    }

    /// <summary>What is said of a field with a wrong value.</summary>
    public RequestException Wrong(string name, JsonElement value, string expected) => new(
        400, $"{path}{name} is {Shown.Text(value.GetRawText())}; expected {expected}.", path + name, "invalid_value");
}
