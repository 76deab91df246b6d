using Fractions;

namespace DpoSt.Verification.Algebra;

/// <content>Commands, functions, words and units.</content>
internal sealed partial class MathParser
{
    private static readonly Constant Infinity = new("inf");

    private MathNode Command(string command)
    {
        scan.Position += command.Length + 1;
        return command switch
        {
            "frac" or "dfrac" or "tfrac" or "cfrac" => new Operation('/', Argument(), Argument()),
            "binom" or "dbinom" or "tbinom" => new Call("binom", [Argument(), Argument()]),
            "sqrt" => Root(),
            "pi" => new Constant("pi"),
            "infty" => Infinity,
            "emptyset" or "varnothing" => new SetOf([]),
            "{" or "lbrace" => Set(),
            "lfloor" => Closed("floor", "rfloor"),
            "lceil" => Closed("ceil", "rceil"),
            "lvert" or "vert" => Closed("abs", "rvert", "vert"),
            "begin" => MatrixOf(scan.RawGroup()),
            "mathbb" => scan.RawGroup() is var set && set == "R"
                ? new Bracketed('(', [new Operation('-', new Literal(Fraction.Zero), Infinity), Infinity], ')')
                : new Symbol($"mathbb {set}"),
            "operatorname" => scan.RawGroup() is var name && MathNames.IsFunction(name) ? Function(name) : new Words(name),
            _ when MathNames.IsFunction(command) => Function(command),
            _ when MathNames.Wrappers.Contains(command) => scan.Next() == '{' && command is "overline" or "overrightarrow"
                ? new Symbol($"{command} {scan.RawGroup()}") : Argument(),
            _ when MathNames.Texts.Contains(command) => Text(scan.RawGroup()),
            _ when MathNames.Values.Contains(command) => Name(command, isTaken: true),
            _ => throw MathScanner.Unreadable(),
        };
    }

    private Call Root()
    {
        if (!scan.Take('['))
        {
            return new Call("root", [new Literal(new Fraction(2)), Argument()]);
        }

        var degree = Scalar(Sum());
        scan.Expect(']');
        return new Call("root", [degree, Argument()]);
    }

    private Call Closed(string function, params ReadOnlySpan<string> ends)
    {
        var inner = Scalar(Sum());
        return scan.TakeCommand(ends) ? new Call(function, [inner]) : throw MathScanner.Unreadable();
    }

    private MathNode Function(string name)
    {
        MathNode? index = null, power = null;
        if (scan.Take('_'))
        {
            index = Argument();
        }

        if (scan.Next() == '^')
        {
            scan.Position++;
            power = Scalar(Exponent());
        }

        IReadOnlyList<MathNode> arguments;
        if (scan.Next() == '(')
        {
            scan.Position++;
            scan.Brackets++;
            arguments = [.. MoreItems(Relation()).Select(Scalar)];
            scan.Expect(')');
            scan.Brackets--;
        }
        else
        {
            arguments = [scan.Next() == '{' ? Scalar(Group()) : Scalar(Product(ofFunction: true))];
        }

        arguments = name is "log" or "lg" ? [index ?? new Literal(new Fraction(10)), .. arguments]
            : index is null ? arguments : throw MathScanner.Unreadable();
        // sin^{-1} is no power, but arcsin.
        return power is null ? new Call(name, arguments)
            : power is Operation { Kind: '-', Left: Literal { Value.IsZero: true }, Right: Literal { Value: var one } }
                && one == Fraction.One
                ? new Call($"arc{name}", arguments)
                : new Operation('^', new Call(name, arguments), power);
    }

    private Matrix MatrixOf(string environment)
    {
        if (environment is not ("pmatrix" or "bmatrix" or "vmatrix" or "matrix" or "Bmatrix" or "smallmatrix" or "array"))
        {
            throw MathScanner.Unreadable();
        }

        if (environment == "array" && scan.Next() == '{')
        {
            scan.RawGroup();
        }

        List<IReadOnlyList<MathNode>> rows = [];
        List<MathNode> row = [];
        while (true)
        {
            if (scan.TakeCommand("end"))
            {
                scan.RawGroup();
                if (row.Count > 0)
                {
                    rows.Add(row);
                }

                return rows.Count > 0 && rows.TrueForAll(r => r.Count == rows[0].Count) ? new Matrix(rows) : throw MathScanner.Unreadable();
            }

            row.Add(Relation());
            if (scan.TakeCommand("\\"))
            {
                rows.Add(row);
                row = [];
            }
            else if (!scan.Take('&') && scan.Command() != "end")
            {
                throw MathScanner.Unreadable();
            }
        }
    }

    // \text{A}, \text{5 cm} and \text{Monday}: a formula where it is one.
    private MathNode Text(string content)
    {
        Enter();
        var bare = content.Trim(' ', '~', '.', ',');
        MathNode node;
        try
        {
            node = Whole(bare, depth);
        }
        catch (FormatException)
        {
            node = new Words(bare);
        }

        depth--;
        return node is Words && Further() is { Length: > 0 } more ? new Words($"{bare} {more}") : node;
    }

    private MathNode Word(string word)
    {
        if (MathNames.IsFunction(word) || word == "sqrt")
        {
            scan.Position += word.Length;
            return word == "sqrt" ? new Call("root", [new Literal(new Fraction(2)), Scalar(Primary())]) : Function(word);
        }

        if (word is "pi" or "inf" or "infinity" or "Infinity")
        {
            scan.Position += word.Length;
            return word == "pi" ? new Constant("pi") : Infinity;
        }

        if (word.Length == 1)
        {
            return Name(word);
        }

        // Two or three letters are a product where no other word or number stands beside them.
        if (word.Length <= 3 && word.All(char.IsAsciiLetter) && !scan.IsProse(word.Length))
        {
            return Name(word[..1]);                            // the others follow as factors
        }

        return Further() is { Length: > 0 } words ? new Words(words) : throw MathScanner.Unreadable();
    }

    // The words that come, as they stand, up to what is none.
    private string Further()
    {
        var words = new List<string>();
        while (scan.Word() is { Length: > 0 } word && word is not ("or" or "and"))
        {
            words.Add(word);
            scan.Position += word.Length;
            while (scan.At(0) is '-' or '\'' && char.IsLetter(scan.At(1)))
            {
                scan.Position++;
            }
        }

        return string.Join(' ', words);
    }

    private MathNode Name(string name, bool isTaken = false)
    {
        scan.Position += isTaken ? 0 : name.Length;
        var isBare = name is "e" or "i" && scan.At(0) is not '_' and not '\'';
        if (isBare)
        {
            return new Constant(name);
        }

        if (scan.At(0) == '_')
        {
            scan.Position++;
            var index = scan.Next() is not '\0' and var character ? character : throw MathScanner.Unreadable();
            name += $"_{(index == '{' ? scan.RawGroup().Trim() : index)}";
            scan.Position += index == '{' ? 0 : 1;
        }

        while (scan.At(0) == '\'')
        {
            scan.Position++;
            name += "'";
        }

        return new Symbol(name);
    }

    // A unit does not count; "million" and "percent" do. Null where none comes.
    private MathNode? TakeUnit(MathNode product)
    {
        scan.Next();
        var (isApart, back) = (scan.IsApart, scan.Position);
        var isText = MathNames.Texts.Contains(scan.Command());
        string word;
        if (isText)
        {
            scan.Position += scan.Command().Length + 1;
            word = scan.Next() == '{' ? scan.RawGroup().Trim(' ', '~', '\\') : throw MathScanner.Unreadable();
        }
        else
        {
            word = scan.Word();
            scan.Position += word.Length;
        }

        var isUnit = product is not Words && word is not ("or" or "and" or "," or ", and" or ", or") && !MathNames.IsFunction(word)
            && (isText ? word.Length == 0 || char.IsLetter(word[0]) || word[0] is '%' or '/'
                : word.Length > 1 && word is not ("pi" or "sqrt" or "inf") && IsNumber(product) && UnitWords.IsUnit(word, isApart));
        if (!isUnit)
        {
            scan.Position = back;
            return null;
        }

        MathNode measured = UnitWords.Multiplier(word) is { } by ? new Operation('*', Scalar(product), new Literal(new Fraction(by)))
            : word.ToUpperInvariant() is "PERCENT" or "%" ? new Call("percent", [Scalar(product)])
            : word.ToUpperInvariant() is "DEGREES" or "DEGREE" ? new Call("degrees", [Scalar(product)])
            : product;
        if (ReferenceEquals(measured, product))
        {
            SkipUnit();
        }

        return measured;
    }

    // "cm^2", "km/h", "miles per hour", "clips in total".
    private void SkipUnit()
    {
        while (true)
        {
            if (scan.Next() == '^' && (char.IsAsciiDigit(scan.At(1)) || scan.At(1) is '{' or '-'))
            {
                scan.Position++;
                Exponent();
            }
            else if (scan.Next() == '/' && char.IsLetter(scan.At(1)))
            {
                scan.Position++;
                scan.Position += scan.Word().Length;
            }
            else if (scan.Word() is { Length: > 0 } word && word is not ("or" or "and"))
            {
                scan.Position += word.Length;
            }
            else
            {
                return;
            }
        }
    }

    private static bool IsNumber(MathNode node) => node switch
    {
        Literal or Constant => true,
        Operation operation => IsNumber(operation.Left) && IsNumber(operation.Right),
        Call call => call.Arguments.All(IsNumber),
        _ => false,
    };
}
