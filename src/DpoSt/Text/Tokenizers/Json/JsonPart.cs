using System.Text.Json;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>A part of a tokenizer.json. What is missing, of another kind or not known is an error that names the part and the field: a step
/// that were left out would give other ids in silence.</summary>
/// <param name="name">What messages call it, such as "pre_tokenizer".</param>
internal readonly struct JsonPart(JsonElement element, string name)
{
    public string Name { get; } = name;

    public JsonElement Element { get; } =
        element.ValueKind == JsonValueKind.Object ? element : throw new FormatException($"its {name} is not an object");

    public string Type => Text("type");

    /// <summary>The error for something that dpost does not know.</summary>
    public FormatException Unknown(string what, string known) => new($"its {Name} has {what}, which dpost does not know (known: {known})");

    public FormatException UnknownType(params IEnumerable<string> known) => Unknown($"the type '{Type}'", string.Join(", ", known));

    /// <summary>Refuses every field but these; `type` may always be there.</summary>
    public JsonPart Only(params IEnumerable<string> fields)
    {
        string[] known = ["type", .. fields];
        var other = Element.EnumerateObject().Select(f => f.Name).FirstOrDefault(field => !known.Contains(field));
        return other is null ? this : throw Unknown($"the field '{other}'", string.Join(", ", known));
    }

    /// <summary>What stands for a part whose fields change nothing.</summary>
    public T Bare<T>(T value, params IEnumerable<string> fields)
    {
        _ = Only(fields);
        return value;
    }

    public JsonElement? Find(string field) =>
        Element.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The part under this name; null where there is none.</summary>
    public JsonPart? Part(string field) => Find(field) is { } part ? new(part, field) : null;

    public JsonElement Need(string field) => Find(field) ?? throw new FormatException($"its {Name} has no '{field}'");

    public string Text(string field) => TextOf(Need(field), field);

    public string TextOf(JsonElement value, string field) => value.ValueKind == JsonValueKind.String
        ? value.GetString()! : throw new FormatException($"its {Name} has a '{field}' that is not a text");

    /// <summary>A text of exactly one character of 16 bits.</summary>
    public char Character(string field) =>
        Text(field) is [var single] ? single : throw Unknown($"a '{field}' that is not one character", "one character below U+10000");

    public bool Flag(string field) => FlagOf(Need(field), field);

    /// <summary>A flag that has a value where it is not given.</summary>
    public bool Flag(string field, bool otherwise) => Find(field) is { } value ? FlagOf(value, field) : otherwise;

    public int Number(string field) => NumberOf(Need(field), field);

    public int NumberOf(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 ? number
        : throw new FormatException($"its {Name} has a '{field}' that is not a whole number from 0");

    public IEnumerable<JsonElement> List(string field) => Need(field) is { ValueKind: JsonValueKind.Array } list
        ? list.EnumerateArray() : throw new FormatException($"its {Name} has a '{field}' that is not a list");

    /// <summary>The parts in a list, which messages call as this or by their own name.</summary>
    public IEnumerable<JsonPart> Parts(string field, string? name = null)
    {
        var inner = name ?? Name;
        return List(field).Select(e => new JsonPart(e, inner));
    }

    private bool FlagOf(JsonElement value, string field) => value.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? value.GetBoolean() : throw new FormatException($"its {Name} has a '{field}' that is neither true nor false");
}
