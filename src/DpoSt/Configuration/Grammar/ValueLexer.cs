namespace DpoSt.Configuration.Grammar;

/// <summary>Cuts a value into tokens. Hydra's overrides and OmegaConf's interpolations write values alike: the longest token counts, and
/// spaces around a comma, a colon or a bracket belong to it (OverrideLexer.g4 of Hydra 1.3, OmegaConfGrammarLexer.g4 of OmegaConf
/// 2.3).</summary>
internal static class ValueLexer
{
    private const string Signs = "/-\\+.$%*@?|";
    private const string Escapable = "\\()[]{}:=, \t";

    /// <summary>The token at <paramref name="at"/> and the index behind it.</summary>
    public static (ValueToken Kind, int End) Next(string text, int at)
    {
        if (at >= text.Length)
        {
            return (ValueToken.End, at);
        }

        var mark = Spaces(text, at);
        switch (mark < text.Length ? text[mark] : ' ')
        {
            case ',':
                return (ValueToken.Comma, Spaces(text, mark + 1));
            case ':':
                return (ValueToken.Colon, Spaces(text, mark + 1));
            case '=':
                return (ValueToken.Equal, Spaces(text, mark + 1));
            case '(':
                return (ValueToken.ArgumentsOpen, Spaces(text, mark + 1));
            case ')':
                return (ValueToken.ArgumentsClose, mark + 1);
            case ']':
                return (ValueToken.ListClose, mark + 1);
            case '}':
                return (ValueToken.MapClose, mark + 1);
            default:
                return mark > at ? (ValueToken.Space, mark) : Piece(text, at);
        }
    }

    /// <summary>The index behind the spaces and tabs at <paramref name="at"/>.</summary>
    public static int Spaces(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
        {
            at++;
        }

        return at;
    }

    /// <summary>Whether all of the text is one name: letters, digits, <c>_</c> and <c>-</c>, no digit or dash first.</summary>
    public static bool IsName(ReadOnlySpan<char> text) =>
        text.Length > 0 && IsNameStart(text[0]) && !text.ContainsAnyExcept(NameCharacters);

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static (ValueToken Kind, int End) Piece(string text, int at)
    {
        switch (text[at])
        {
            case '[':
                return (ValueToken.ListOpen, Spaces(text, at + 1));
            case '{':
                return (ValueToken.MapOpen, Spaces(text, at + 1));
            case '\'' or '"':
                return (ValueToken.Quote, at + 1);
            case '$' when at + 1 < text.Length && text[at + 1] == '{':
                return (ValueToken.Interpolation, at + 2);
            case '\\' when Escaped(text, at) is var escaped && escaped > at:
                return (ValueToken.Escape, escaped);
            case var c when IsNameStart(c):
                var rest = text.AsSpan(at).IndexOfAnyExcept(NameCharacters);
                var end = rest < 0 ? text.Length : at + rest;
                return (NameOrWord(text.AsSpan(at, end - at)), end);
            case var c when char.IsAsciiDigit(c) || c is '+' or '-' or '.':
                var number = NumberText.At(text, at);
                return number.Kind == ValueToken.Unknown && Signs.Contains(c) ? (ValueToken.Sign, at + 1) : number;
            case var c:
                return Signs.Contains(c) ? (ValueToken.Sign, at + 1) : (ValueToken.Unknown, at + 1);
        }
    }

    private static int Escaped(string text, int at)
    {
        while (at + 1 < text.Length && text[at] == '\\' && Escapable.Contains(text[at + 1]))
        {
            at += 2;
        }

        return at;
    }

    private static ValueToken NameOrWord(ReadOnlySpan<char> name)
    {
        Span<char> lower = stackalloc char[5];
        var length = name.Length <= lower.Length ? name.ToLowerInvariant(lower) : 0;
        return lower[..length] switch
        {
            "inf" or "nan" => ValueToken.Real,
            "true" or "false" => ValueToken.Truth,
            "null" => ValueToken.Null,
            _ => ValueToken.Name,
        };
    }
}
