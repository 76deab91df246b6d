namespace DpoSt.Text.Chat.Jinja;

/// <summary>The tokens of a template, read from left to right.</summary>
internal sealed class TokenReader(IReadOnlyList<Token> tokens)
{
    private int at;

    /// <summary>The next token, not yet taken.</summary>
    public Token Next => tokens[at];

    /// <summary>The token after the next.</summary>
    public Token After => tokens[Math.Min(at + 1, tokens.Count - 1)];

    /// <summary>Takes the next token.</summary>
    public Token Take() => at < tokens.Count - 1 ? tokens[at++] : tokens[at];

    /// <summary>Takes the next token if it is this name or operator.</summary>
    public bool TakeIf(string text)
    {
        var isNext = Next.Is(text);
        at += isNext ? 1 : 0;
        return isNext;
    }

    /// <summary>Takes the next token, which must be this name or operator.</summary>
    public void Expect(string text)
    {
        if (!TakeIf(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    /// <summary>Takes the next token, which must be of a kind.</summary>
    public Token Expect(TokenKind kind, string what) => Next.Kind == kind ? Take() : throw Unexpected(what);

    /// <summary>What is wrong with the next token.</summary>
    public JinjaException Unexpected(string expected) => Unexpected(Next, expected);

    /// <summary>What is wrong with a token.</summary>
    public static JinjaException Unexpected(Token token, string expected) =>
        new(token.Line, $"expected {expected}, found '{(token.Text.Length > 40 ? token.Text[..40] + "…" : token.Text)}'");
}
