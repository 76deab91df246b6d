using DpoSt.Text.Tokenizers.Expressions;
using DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads the `pre_tokenizer` of a tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    public static IPreTokenizer Read(JsonPart part) => part.Type switch
    {
        "Sequence" => new PreTokenizerSequence([.. part.Only("pretokenizers").Parts("pretokenizers").Select(Read)]),
        "ByteLevel" => ByteLevel(part.Only("add_prefix_space", "trim_offsets", "use_regex")),
        "Digits" => new CharacterSplit(
            CharacterSplit.Digits, part.Only("individual_digits").Flag("individual_digits") ? Behaviour.Isolated : Behaviour.Contiguous),
        "Punctuation" => new CharacterSplit(
            CharacterSplit.Punctuation, part.Only("behavior").Find("behavior") is null ? Behaviour.Isolated : BehaviourOf(part)),
        "Split" => new PatternSplit(
            NormalizerReader.Pattern(part.Only("pattern", "behavior", "invert")), BehaviourOf(part), part.Flag("invert")),
        "Whitespace" => part.Bare(new WordSplit()),
        "WhitespaceSplit" => part.Bare(new CharacterSplit(Characters.Space, Behaviour.Removed)),
        "Metaspace" => new Metaspace(part.Character("replacement"), MetaspaceScheme(part), part.Flag("split", true)),
        _ => throw part.UnknownType(
            "Sequence", "ByteLevel", "Digits", "Punctuation", "Split", "Whitespace", "WhitespaceSplit", "Metaspace"),
    };

    /// <summary>Where a Metaspace puts its mark. Older files have `add_prefix_space`, which may only say what the scheme says.</summary>
    public static PrependScheme MetaspaceScheme(JsonPart part)
    {
        // str_rep repeats the replacement.
        _ = part.Only("replacement", "prepend_scheme", "add_prefix_space", "split", "str_rep");
        var isPrefixed = part.Flag("add_prefix_space", true);
        return (part.Find("prepend_scheme") is { } scheme ? part.TextOf(scheme, "prepend_scheme") : null, isPrefixed) switch
        {
            ("always" or null, true) => PrependScheme.Always,
            ("first", true) => PrependScheme.First,
            ("never", _) => PrependScheme.Never,
            (var other, _) => throw part.Unknown(
                $"a Metaspace with the prepend_scheme '{other}'" + (isPrefixed ? "" : " that add_prefix_space contradicts"),
                "always, first, never"),
        };
    }

    private static ByteLevelSplit ByteLevel(JsonPart part)
    {
        // trim_offsets moves places in the text, not ids.
        _ = part.Flag("trim_offsets");
        return new(part.Flag("add_prefix_space"), part.Flag("use_regex", true) ? new Expression(ByteLevelSplit.Words) : null);
    }

    private static Behaviour BehaviourOf(JsonPart part) =>
        Enum.TryParse<Behaviour>(part.Text("behavior"), out var behaviour) && Enum.GetName(behaviour) == part.Text("behavior")
            ? behaviour : throw part.Unknown($"the behavior '{part.Text("behavior")}'", string.Join(", ", Enum.GetNames<Behaviour>()));
}
