using DpoSt.Text.Tokenizers.Expressions;
using DpoSt.Text.Tokenizers.Pipeline.Normalizers;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads the `normalizer` of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    public static INormalizer Read(JsonPart part) => part.Type switch
    {
        "Sequence" => new NormalizerSequence([.. part.Only("normalizers").Parts("normalizers").Select(Read)]),
        "NFC" => part.Bare(new UnicodeForm(isCompatible: false, composes: true)),
        "NFD" => part.Bare(new UnicodeForm(isCompatible: false, composes: false)),
        "NFKC" => part.Bare(new UnicodeForm(isCompatible: true, composes: true)),
        "NFKD" => part.Bare(new UnicodeForm(isCompatible: true, composes: false)),
        "Lowercase" => part.Bare(new Lowercase()),
        "Strip" => Strip(part.Only("strip_left", "strip_right")),
        "Prepend" => new Prepend(part.Only("prepend").Text("prepend")),
        "Replace" => Replace(part),
        "Precompiled" => Precompiled(part.Only("precompiled_charsmap")),
        _ => throw part.UnknownType(
            "Sequence", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip", "Prepend", "Replace", "Precompiled"),
    };

    /// <summary>The replacement that a normalizer or a decoder names.</summary>
    public static Replace Replace(JsonPart part) =>
        new(Pattern(part.Only("pattern", "content")), part.Text("content"));

    /// <summary>The expression of a Split or a Replace, or the text that is looked for as it is.</summary>
    public static Expression Pattern(JsonPart part)
    {
        var pattern = new JsonPart(part.Need("pattern"), "pattern");
        return (pattern.Find("String"), pattern.Find("Regex")) switch
        {
            ({ } text, null) => Expression.Literal(pattern.TextOf(text, "String")),
            (null, { } expression) => new(pattern.TextOf(expression, "Regex")),
            _ => throw pattern.Unknown("not one of its fields", "String, Regex"),
        };
    }

    private static Strip Strip(JsonPart part) => new(part.Flag("strip_left"), part.Flag("strip_right"));

    private static Precompiled Precompiled(JsonPart part)
    {
        var map = part.Need("precompiled_charsmap");
        return map.TryGetBytesFromBase64(out var bytes) && bytes.Length > 0
            ? new(new(bytes)) : throw new FormatException("its normalizer has a 'precompiled_charsmap' that is not base64");
    }
}
