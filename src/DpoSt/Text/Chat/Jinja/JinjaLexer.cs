namespace DpoSt.Text.Chat.Jinja;

/// <summary>What a token is.</summary>
internal enum TokenKind { Data, VariableBegin, VariableEnd, BlockBegin, BlockEnd, Name, Text, Number, Operator, End }

/// <summary>A piece of a template: text to print, the borders of a tag, or a word of the language within it.</summary>
/// <param name="Value">Of a text or a number: what it stands for.</param>
internal sealed record Token(TokenKind Kind, string Text, int Line, object? Value = null)
{
    /// <summary>Whether it is this name or operator, not a text that looks like it.</summary>
    public bool Is(string text) => Kind is TokenKind.Name or TokenKind.Operator && Text == text;
}

/// <summary>
/// Cuts a template into tokens with Jinja's white-space rules as chat templates use them (<c>trim_blocks</c>, <c>lstrip_blocks</c>): a tag
/// of a block takes the blanks before it on its line and the line break after it; <c>-</c> takes all white space, <c>+</c> none.
/// </summary>
internal sealed class JinjaLexer
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", .. "+-/*%~[](){}><=.:|,".Select(c => c.ToString())];

    private readonly string source;
    private readonly List<Token> tokens = [];
    private int at;
    private int line = 1;
    private int counted;

    private JinjaLexer(string text)
    {
        var unix = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        source = unix.EndsWith('\n') ? unix[..^1] : unix;
    }

    /// <summary>The tokens of a template; the last is <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="JinjaException">A tag, comment or text has no end, or a character means nothing.</exception>
    public static IReadOnlyList<Token> Cut(string text)
    {
        var lexer = new JinjaLexer(text);
        lexer.Cut();
        return lexer.tokens;
    }

    private void Cut()
    {
        while (at < source.Length)
        {
            var tag = NextTag();
            if (tag < 0)
            {
                Add(TokenKind.Data, source[at..]);
                at = source.Length;
                break;
            }

            Data(tag);
            at = tag + (Sign(tag + 2) is '-' or '+' ? 3 : 2);
            switch (source[tag + 1])
            {
                case '#': Comment(tag); break;
                case '{': Words("}}", TokenKind.VariableBegin, TokenKind.VariableEnd); break;
                default:
                    if (!Raw())
                    {
                        Words("%}", TokenKind.BlockBegin, TokenKind.BlockEnd);
                    }

                    break;
            }
        }

        Add(TokenKind.End, "the end of the template");
    }

    private int NextTag()
    {
        for (var i = source.IndexOf('{', at); i >= 0; i = source.IndexOf('{', i + 1))
        {
            if (Sign(i + 1) is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    private char Sign(int index) => index < source.Length ? source[index] : '\0';

    // The text before a tag, without what the tag takes of it.
    private void Data(int tag)
    {
        var text = source[at..tag];
        var sign = Sign(tag + 2);
        if (sign == '-')
        {
            text = PythonText.TrimEnd(text);
        }
        else if (sign != '+' && source[tag + 1] != '{')
        {
            var start = text.LastIndexOf('\n') + 1;
            var startsLine = start > 0 || at == 0 || source[at - 1] == '\n';
            text = startsLine && text.AsSpan(start).IndexOfAnyExcept(PythonText.Spaces) < 0 ? text[..start] : text;
        }

        if (text.Length > 0)
        {
            Add(TokenKind.Data, text);
        }
    }

    private void Comment(int tag)
    {
        var end = source.IndexOf("#}", at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new JinjaException(LineAt(tag), "a comment that opens with {# has no end #}");
        }

        var sign = end > tag + 2 ? source[end - 1] : '\0';
        at = end + 2;
        AfterTag(sign, trims: true);
    }

    // After "-" all white space goes; after a block's or comment's end its line break does.
    private void AfterTag(char sign, bool trims)
    {
        if (sign == '-')
        {
            while (at < source.Length && PythonText.IsSpace(source[at]))
            {
                at++;
            }
        }
        else if (trims && sign != '+' && Sign(at) == '\n')
        {
            at++;
        }
    }

    private bool Raw()
    {
        if (Keyword(at, "raw") is not { } body)
        {
            return false;
        }

        for (var i = source.IndexOf("{%", body.End, StringComparison.Ordinal); i >= 0; i = source.IndexOf(
            "{%", i + 2, StringComparison.Ordinal))
        {
            var inner = i + (Sign(i + 2) is '-' or '+' ? 3 : 2);
            if (Keyword(inner, "endraw") is not { } end)
            {
                continue;
            }

            at = body.End;
            AfterTag(body.Sign, trims: false);
            var text = source[Math.Min(at, i)..i];
            Add(TokenKind.Data, Sign(i + 2) == '-' ? PythonText.TrimEnd(text) : text);
            at = end.End;
            AfterTag(end.Sign, trims: true);
            return true;
        }

        throw new JinjaException(LineAt(at), "{% raw %} has no {% endraw %}");
    }

    // A block of one word: where it ends and the sign before its end.
    private (int End, char Sign)? Keyword(int from, string word)
    {
        var i = SkipSpace(from);
        if (string.CompareOrdinal(source, i, word, 0, word.Length) != 0)
        {
            return null;
        }

        i = SkipSpace(i + word.Length);
        var sign = Sign(i) is '-' or '+' ? source[i++] : '\0';
        return Sign(i) == '%' && Sign(i + 1) == '}' ? (i + 2, sign) : null;
    }

    private int SkipSpace(int from)
    {
        while (from < source.Length && PythonText.IsSpace(source[from]))
        {
            from++;
        }

        return from;
    }

    private void Words(string close, TokenKind begin, TokenKind end)
    {
        Add(begin, close == "}}" ? "{{" : "{%");
        var open = new Stack<char>();
        while (true)
        {
            at = SkipSpace(at);
            if (at >= source.Length)
            {
                throw new JinjaException(LineAt(at), $"a tag has no end {close}");
            }

            var sign = source[at] == '-' || (source[at] == '+' && close == "%}") ? source[at] : '\0';
            var border = at + (sign == '\0' ? 0 : 1);
            if (open.Count == 0 && string.CompareOrdinal(source, border, close, 0, 2) == 0)
            {
                at = border;
                Add(end, close);
                at += 2;
                AfterTag(sign, trims: close == "%}");
                return;
            }

            Word(open);
        }
    }

    private void Word(Stack<char> open)
    {
        var (start, first) = (at, source[at]);
        if (first is '"' or '\'')
        {
            Literal(TokenKind.Text);
        }
        else if (char.IsAsciiDigit(first))
        {
            Literal(TokenKind.Number);
        }
        else if (char.IsLetter(first) || first == '_')
        {
            while (at < source.Length && (char.IsLetterOrDigit(source[at]) || source[at] == '_'))
            {
                at++;
            }

            Add(TokenKind.Name, source[start..at], start);
        }
        else if (Operators.FirstOrDefault(o => string.CompareOrdinal(source, start, o, 0, o.Length) == 0) is { } found)
        {
            Balance(first, open);
            at += found.Length;
            Add(TokenKind.Operator, found, start);
        }
        else
        {
            throw new JinjaException(LineAt(at), $"the character U+{(int)first:X4} means nothing in a tag");
        }
    }

    private void Balance(char first, Stack<char> open)
    {
        if (first is '(' or '[' or '{')
        {
            open.Push(first switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (first is ')' or ']' or '}' && (!open.TryPop(out var expected) || expected != first))
        {
            throw new JinjaException(LineAt(at), $"'{first}' closes nothing here");
        }
    }

    private void Literal(TokenKind kind)
    {
        var start = at;
        try
        {
            object value = kind == TokenKind.Text ? JinjaLiteral.Text(source, ref at) : JinjaLiteral.Number(source, ref at);
            Add(kind, source[start..at], start, value);
        }
        catch (JinjaException problem)
        {
            throw problem.At(LineAt(start));
        }
    }

    private void Add(TokenKind kind, string text, int? start = null, object? value = null) =>
        tokens.Add(new Token(kind, text, LineAt(start ?? at), value));

    private int LineAt(int index)
    {
        if (index > counted)
        {
            line += source.AsSpan(counted, Math.Min(index, source.Length) - counted).Count('\n');
            counted = Math.Min(index, source.Length);
        }

        return line;
    }
}
