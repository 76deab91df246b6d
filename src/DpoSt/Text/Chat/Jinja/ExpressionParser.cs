using System.Runtime.CompilerServices;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>Reads expressions with Jinja's precedence: if, or, and, not, comparisons, + and -, ~, * and the like, **, signs, and behind a
/// value its members, calls, filters and tests.</summary>
internal sealed class ExpressionParser(TokenReader tokens)
{
    private const int MostOperators = 1000; // chains nest to their left, and each link costs a frame of the stack
    private int operators;

    /// <summary>An expression as a statement begins it; its count of operators begins anew.</summary>
    public Expression Read()
    {
        operators = 0;
        return Whole();
    }

    /// <summary>An expression, or several with commas between them, which are a tuple.</summary>
    public Expression ReadTuple()
    {
        var first = Read();
        if (!tokens.Next.Is(","))
        {
            return first;
        }

        List<Expression> items = [first];
        while (tokens.TakeIf(",") && tokens.Next.Kind is not (TokenKind.BlockEnd or TokenKind.VariableEnd))
        {
            items.Add(Whole());
        }

        return new ListOf(items, IsTuple: true);
    }

    /// <summary>What a loop goes over: an expression without <c>if</c>, since its own may follow.</summary>
    public Expression ReadWithoutIf()
    {
        operators = 0;
        return Or();
    }

    /// <summary>Filters behind nothing, as the tag <c>filter</c> has them.</summary>
    public Expression ReadFilters(Expression target)
    {
        operators = 0;
        do
        {
            target = Filter(target);
        }
        while (tokens.TakeIf("|"));
        return target;
    }

    /// <summary>The arguments of a call; the opening bracket is next.</summary>
    public Given ReadArguments()
    {
        tokens.Expect("(");
        List<(Expression, bool)> places = [];
        List<(string?, Expression)> names = [];
        while (!tokens.TakeIf(")"))
        {
            if (tokens.TakeIf("**"))
            {
                names.Add((null, Whole()));
            }
            else if (tokens.TakeIf("*"))
            {
                places.Add((Whole(), true));
            }
            else if (tokens.Next.Kind == TokenKind.Name && tokens.After.Is("="))
            {
                var name = tokens.Take().Text;
                tokens.Take();
                names.Add((name, Whole()));
            }
            else if (names.Count > 0)
            {
                throw tokens.Unexpected("a named argument");
            }
            else
            {
                places.Add((Whole(), false));
            }

            Separate(")");
        }

        return new Given(places, names);
    }

    private Expression Whole()
    {
        Count();
        var value = Or();
        while (tokens.TakeIf("if"))
        {
            Count();
            var test = Or();
            value = new Conditional(test, value, tokens.TakeIf("else") ? Whole() : null);
        }

        return value;
    }

    private Expression Or() => Chain(And, first => tokens.TakeIf("or") ? new Either(first, And(), IsOr: true) : null);

    private Expression And() => Chain(Negation, first => tokens.TakeIf("and") ? new Either(first, Negation(), IsOr: false) : null);

    private Expression Negation()
    {
        Count();
        return tokens.TakeIf("not") ? new Not(Negation()) : Comparison();
    }

    private Expression Comparison()
    {
        var first = Sum();
        List<(string, Expression)> rest = [];
        while (Operator() is { } name)
        {
            rest.Add((name, Sum()));
        }

        return rest.Count == 0 ? first : new Compared(first, rest);

        string? Operator()
        {
            if (tokens.Next.Is("not") && tokens.After.Is("in"))
            {
                tokens.Take();
                tokens.Take();
                return "not in";
            }

            return tokens.Next is { Kind: TokenKind.Name or TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" or "in" }
                ? tokens.Take().Text : null;
        }
    }

    private Expression Sum() => Binary(Concatenation, "+", "-");

    private Expression Concatenation()
    {
        List<Expression> parts = [Product()];
        while (tokens.TakeIf("~"))
        {
            Count();
            parts.Add(Product());
        }

        return parts.Count == 1 ? parts[0] : new Concatenated(parts);
    }

    private Expression Product() => Binary(Power, "*", "/", "//", "%");

    private Expression Power() => Binary(() => Signed(withFilters: true), "**");

    private Expression Binary(Func<Expression> operand, params string[] names) => Chain(operand, left =>
        tokens.Next.Kind == TokenKind.Operator && names.Contains(tokens.Next.Text)
            ? new Arithmetic(left, tokens.Take().Text, operand()) : null);

    private Expression Chain(Func<Expression> first, Func<Expression, Expression?> next)
    {
        var value = first();
        while (next(value) is { } longer)
        {
            Count();
            value = longer;
        }

        return value;
    }

    private Expression Signed(bool withFilters)
    {
        Count();
        var value = tokens.Next.Is("-") || tokens.Next.Is("+")
            ? new Signed(IsMinus: tokens.Take().Text == "-", Operand: Signed(withFilters: false))
            : Members(Primary());
        return withFilters ? FiltersAndTests(value) : value;
    }

    private Expression Members(Expression value) => Chain(() => value, target =>
    {
        if (tokens.TakeIf("."))
        {
            var name = tokens.Take();
            return name switch
            {
                { Kind: TokenKind.Name } => new Member(target, new Literal(name.Text), IsDot: true),
                { Kind: TokenKind.Number, Value: long place } => new Member(target, new Literal(place), IsDot: false),
                _ => throw new JinjaException(name.Line, "a name follows a dot"),
            };
        }

        return tokens.TakeIf("[") ? Subscript(target) : tokens.Next.Is("(") ? new Call(target, ReadArguments()) : null;
    });

    private Expression Subscript(Expression target)
    {
        var from = tokens.Next.Is(":") ? null : Whole();
        if (from is not null && tokens.TakeIf("]"))
        {
            return new Member(target, from, IsDot: false);
        }

        tokens.Expect(":");
        var to = tokens.Next.Is(":") || tokens.Next.Is("]") ? null : Whole();
        var step = tokens.TakeIf(":") && !tokens.Next.Is("]") ? Whole() : null;
        tokens.Expect("]");
        return new Slice(target, from, to, step);
    }

    private Expression FiltersAndTests(Expression value) => Chain(() => value, target =>
        tokens.TakeIf("|") ? Filter(target)
        : tokens.TakeIf("is") ? Test(target)
        : tokens.Next.Is("(") ? new Call(target, ReadArguments()) : null);

    private Filtered Filter(Expression target)
    {
        Count();
        var name = tokens.Expect(TokenKind.Name, "a filter's name").Text;
        return new Filtered(target, name, tokens.Next.Is("(") ? ReadArguments() : Given.Nothing);
    }

    private Expression Test(Expression target)
    {
        var isNegated = tokens.TakeIf("not");
        var name = tokens.Expect(TokenKind.Name, "a test's name").Text;
        var isArgument = tokens.Next.Kind is TokenKind.Text or TokenKind.Number || tokens.Next.Is("[") || tokens.Next.Is("{")
            || (tokens.Next.Kind == TokenKind.Name && tokens.Next.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"));
        var given = tokens.Next.Is("(") ? ReadArguments()
            : isArgument ? new Given([(Members(Primary()), false)], []) : Given.Nothing;
        var test = new Tested(target, name, given);
        return isNegated ? new Not(test) : test;
    }

    private Expression Primary()
    {
        Count();
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name when token.Text is "none" or "None": return new Literal(null);
            case TokenKind.Name when token.Text is "true" or "True": return new Literal(true);
            case TokenKind.Name when token.Text is "false" or "False": return new Literal(false);
            case TokenKind.Name: return new Named(token.Text);
            case TokenKind.Number: return new Literal(token.Value);
            case TokenKind.Text when tokens.Next.Kind == TokenKind.Text: // neighbouring texts are one
                return new Concatenated([new Literal(token.Value), Primary()]);
            case TokenKind.Text: return new Literal(token.Value);
            case TokenKind.Operator when token.Text is "(" or "[": return Brackets(token.Text);
            case TokenKind.Operator when token.Text == "{": return Map();
            default: throw TokenReader.Unexpected(token, "a value");
        }
    }

    private Expression Brackets(string open)
    {
        var close = open == "(" ? ")" : "]";
        List<Expression> items = [];
        var hasComma = false;
        while (!tokens.TakeIf(close))
        {
            items.Add(Whole());
            hasComma |= Separate(close);
        }

        return open == "(" && items.Count == 1 && !hasComma ? items[0] : new ListOf(items, IsTuple: open == "(");
    }

    private MapOf Map()
    {
        List<(Expression, Expression)> entries = [];
        while (!tokens.TakeIf("}"))
        {
            var key = Whole();
            tokens.Expect(":");
            entries.Add((key, Whole()));
            Separate("}");
        }

        return new MapOf(entries);
    }

    // A comma, or what closes the list.
    private bool Separate(string close) =>
        tokens.TakeIf(",") || (tokens.Next.Is(close) ? false : throw tokens.Unexpected($"',' or '{close}'"));

    private void Count()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++operators > MostOperators)
        {
            throw new JinjaException(tokens.Next.Line, $"an expression has more than {MostOperators} parts");
        }
    }
}
