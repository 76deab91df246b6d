using System.Runtime.CompilerServices;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>Reads a template: its texts and tags.</summary>
internal sealed class StatementParser
{
    private const int DeepestNesting = 100;
    private readonly TokenReader tokens;
    private readonly ExpressionParser expressions;
    private int depth;
    private int loops;

    private StatementParser(IReadOnlyList<Token> all)
    {
        tokens = new TokenReader(all);
        expressions = new ExpressionParser(tokens);
    }

    /// <summary>The statements of a template.</summary>
    /// <exception cref="JinjaException">The template breaks the grammar or uses what is not known here.</exception>
    public static IReadOnlyList<Statement> Read(string text)
    {
        var parser = new StatementParser(JinjaLexer.Cut(text));
        var statements = parser.Until();
        return parser.tokens.Next.Kind == TokenKind.End ? statements
            : throw new JinjaException(parser.tokens.Next.Line, $"'{parser.tokens.After.Text}' ends nothing here");
    }

    // Statements up to a tag that begins with one of these words; its opening and the word are taken.
    private (IReadOnlyList<Statement> Body, string End) Body(params string[] ends)
    {
        var opened = tokens.Next.Line;
        var body = Until(ends);
        if (tokens.Next.Kind == TokenKind.End)
        {
            throw new JinjaException(opened, $"'{ends[^1]}' is missing");
        }

        tokens.Take();
        return (body, tokens.Take().Text);
    }

    private IReadOnlyList<Statement> Until(params string[] ends)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++depth > DeepestNesting)
        {
            throw new JinjaException(tokens.Next.Line, $"tags are nested more than {DeepestNesting} deep");
        }

        List<Statement> statements = [];
        while (tokens.Next is { Kind: not TokenKind.End } next && !(next.Kind == TokenKind.BlockBegin && IsEnd(tokens.After, ends)))
        {
            tokens.Take();
            switch (next.Kind)
            {
                case TokenKind.Data: statements.Add(new Plain(next.Line, next.Text)); break;
                case TokenKind.VariableBegin:
                    statements.Add(new Print(next.Line, expressions.ReadTuple()));
                    tokens.Expect(TokenKind.VariableEnd, "'}}'");
                    break;
                default: statements.Add(Tag(tokens.Expect(TokenKind.Name, "a word that names the tag"))); break;
            }
        }

        depth--;
        return statements;
    }

    private static bool IsEnd(Token word, string[] ends) => word.Kind == TokenKind.Name
        && (ends.Contains(word.Text) || word.Text.StartsWith("end", StringComparison.Ordinal) || word.Text is "elif" or "else");

    private Statement Tag(Token word) => word.Text switch
    {
        "if" => If(word.Line),
        "for" => For(word.Line),
        "set" => Set(word.Line),
        "macro" => Closed(new MacroDefinition(word.Line, Macro(tokens.Expect(TokenKind.Name, "the macro's name").Text, "endmacro"))),
        "call" => CallBlock(word.Line),
        "filter" => Filter(word.Line),
        "with" => With(word.Line),
        "generation" => Generation(word.Line),
        "break" or "continue" when loops > 0 => Closed(new Leave(word.Line, word.Text == "break" ? Flow.Break : Flow.Continue)),
        "break" or "continue" => throw new JinjaException(word.Line, $"'{word.Text}' is outside of a loop"),
        _ => throw new JinjaException(word.Line, $"the tag '{(word.Text.Length > 40 ? word.Text[..40] + "…" : word.Text)}' is not known"),
    };

    private T Closed<T>(T statement)
    {
        tokens.Expect(TokenKind.BlockEnd, "'%}'");
        return statement;
    }

    private Branches If(int line)
    {
        List<(Expression?, IReadOnlyList<Statement>)> cases = [];
        for (var word = "if"; word != "endif";)
        {
            var test = word == "else" ? null : expressions.ReadTuple();
            Closed(line);
            string[] ends = word == "else" ? ["endif"] : ["elif", "else", "endif"];
            var (body, end) = Body(ends);
            cases.Add((test, body));
            word = Expected(end, ends);
        }

        return Closed(new Branches(line, cases));
    }

    private Loop For(int line)
    {
        var item = Target("in", allowsMember: false);
        tokens.Expect("in");
        var items = expressions.ReadWithoutIf();
        var test = tokens.TakeIf("if") ? expressions.Read() : null;
        if (tokens.Next.Is("recursive"))
        {
            throw new JinjaException(line, "recursive loops are not supported");
        }

        Closed(line);
        loops++;
        var (body, end) = Body("else", "endfor");
        loops--;
        IReadOnlyList<Statement> otherwise = [];
        if (Expected(end, "else", "endfor") == "else")
        {
            Closed(line);
            (otherwise, end) = Body("endfor");
            Expected(end, "endfor");
        }

        return Closed(new Loop(line, item, items, test, body, otherwise));
    }

    private Statement Set(int line)
    {
        var target = Target("=", allowsMember: true);
        if (tokens.TakeIf("="))
        {
            return Closed(new Set(line, target, expressions.ReadTuple()));
        }

        var value = Filters();
        var (body, end) = Body("endset");
        Expected(end, "endset");
        return Closed(new Captured(line, target, value, body));
    }

    private Captured Filter(int line)
    {
        var value = Closed(expressions.ReadFilters(new Named(Captured.Name)));
        var (body, end) = Body("endfilter");
        Expected(end, "endfilter");
        return Closed(new Captured(line, null, value, body));
    }

    private Expression Filters() => Closed(
        tokens.TakeIf("|") ? expressions.ReadFilters(new Named(Captured.Name)) : new Named(Captured.Name));

    private Target Target(string before, bool allowsMember)
    {
        List<Target> parts = [];
        var isTuple = tokens.TakeIf("(");
        do
        {
            var name = tokens.Expect(TokenKind.Name, "a name").Text;
            parts.Add(new Target(name, allowsMember && tokens.TakeIf(".") ? tokens.Expect(TokenKind.Name, "a member's name").Text : null));
        }
        while (tokens.TakeIf(",") && !tokens.Next.Is(before) && !tokens.Next.Is(")"));

        if (isTuple)
        {
            tokens.Expect(")");
        }

        return parts.Count == 1 ? parts[0] : new Target("", null, parts);
    }

    private MacroBody Macro(string name, string close)
    {
        List<(string, Expression?)> parameters = [];
        tokens.Expect("(");
        while (!tokens.TakeIf(")"))
        {
            var parameter = tokens.Expect(TokenKind.Name, "a parameter's name").Text;
            parameters.Add((parameter, tokens.TakeIf("=") ? expressions.Read() : null));
            if (!tokens.TakeIf(",") && !tokens.Next.Is(")"))
            {
                throw tokens.Unexpected("',' or ')'");
            }
        }

        return MacroBody(name, parameters, close);
    }

    private MacroBody MacroBody(string name, IReadOnlyList<(string, Expression?)> parameters, string close)
    {
        Closed(name);
        var around = loops;
        loops = 0;
        var (body, end) = Body(close);
        loops = around;
        Expected(end, close);
        return new MacroBody(name, parameters, body);
    }

    private CallBlock CallBlock(int line)
    {
        List<(string, Expression?)> parameters = [];
        if (tokens.TakeIf("("))
        {
            while (!tokens.TakeIf(")"))
            {
                parameters.Add((tokens.Expect(TokenKind.Name, "a parameter's name").Text, null));
                tokens.TakeIf(",");
            }
        }

        var call = expressions.Read() as Call ?? throw new JinjaException(line, "'call' needs a macro's call");
        return Closed(new CallBlock(line, MacroBody("caller", parameters, "endcall"), call));
    }

    private Within With(int line)
    {
        List<(string, Expression)> values = [];
        while (tokens.Next.Kind != TokenKind.BlockEnd)
        {
            var name = tokens.Expect(TokenKind.Name, "a name").Text;
            tokens.Expect("=");
            values.Add((name, expressions.Read()));
            tokens.TakeIf(",");
        }

        return Within(line, values, isOwnScope: true, "endwith");
    }

    private Within Generation(int line) => Within(line, [], isOwnScope: false, "endgeneration");

    private Within Within(int line, IReadOnlyList<(string, Expression)> values, bool isOwnScope, string close)
    {
        Closed(line);
        var (body, end) = Body(close);
        Expected(end, close);
        return Closed(new Within(line, values, isOwnScope, body));
    }

    private string Expected(string found, params string[] expected) => expected.Contains(found) ? found
        : throw new JinjaException(tokens.Next.Line, $"expected {string.Join(" or ", expected)}, found {found}");
}
