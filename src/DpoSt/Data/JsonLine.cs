using System.Text.Json;

namespace DpoSt.Data;

/// <summary>One line of a JSONL file; knows where it stands, so that its errors can say so.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The line, from 1.</param>
/// <param name="Value">What it holds.</param>
internal sealed record JsonLine(string Path, int Number, JsonElement Value)
{
    private const string HalfCharacter =
        "a string holds an incomplete \\u escape (half a surrogate pair), or bytes that are not UTF-8; write whole characters.";

    /// <summary>A row as it was parsed.</summary>
    /// <exception cref="UserErrorException">A text in it is not whole.</exception>
    internal static JsonLine Of(string path, int number, JsonElement value)
    {
        var line = new JsonLine(path, number, value);
        return JsonTexts.AreWhole(value) ? line : throw line.Error(HalfCharacter);
    }

    /// <summary>Where it stands: "file:line".</summary>
    public string Place => $"{Path}:{Number}";

    /// <summary>The error to throw for this line: "file:line: what is wrong".</summary>
    public UserErrorException Error(string what, Exception? inner = null) => new($"{Place}: {what}", inner);

    /// <summary>What work on this line gives; a mistake of the line's that it finds is told with the line's place.</summary>
    public T Placing<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return work();
        }
        catch (UserErrorException e)
        {
            throw Error(e.Message, e);
        }
    }

    /// <summary>A property that must be a string; <paramref name="expected"/> says what a whole line looks like.</summary>
    public string Text(string name, string expected) =>
        OptionalText(name, expected) ?? throw Error($"\"{name}\" is missing; expected {expected}.");

    /// <summary>A property that is a string, or absent or null.</summary>
    public string? OptionalText(string name, string expected) =>
        Property(name, expected) switch
        {
            null or { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.String } value => TextOf(value),
            _ => throw Error($"\"{name}\" is not a string; expected {expected}."),
        };

    /// <summary>A property that must be an array of strings.</summary>
    public IReadOnlyList<string> Texts(string name, string expected) =>
        Property(name, expected) is { ValueKind: JsonValueKind.Array } array
            && array.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
            ? [.. array.EnumerateArray().Select(TextOf)] : throw Error($"\"{name}\" is not a list of strings; expected {expected}.");

    /// <summary>A property, null where it is absent; the line must be an object.</summary>
    public JsonElement? Property(string name, string expected)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Error($"the line is not a JSON object; expected {expected}.");
        }

        return Value.TryGetProperty(name, out var property) ? property : null;
    }

    /// <summary>The text of a JSON string; half a surrogate pair ("\ud83d" alone) is not text.</summary>
    public string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Error(HalfCharacter, e);
        }
    }
}
