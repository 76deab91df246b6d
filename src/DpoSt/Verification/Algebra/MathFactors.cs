using System.Numerics;
using Fractions;

namespace DpoSt.Verification.Algebra;

/// <content>
/// The inner half of the grammar:
/// <code>
/// power   := primary ('^' signed | '!' | '%' | degrees)*
/// primary := number | name | function | fraction | root | bracket | set | matrix | words
/// </code>
/// </content>
internal sealed partial class MathParser
{
    private bool setCondition;
    private int bars;

    private bool BeginsFactor(bool ofFunction)
    {
        var next = scan.Next();
        return next switch
        {
            '(' => !ofFunction,
            '{' => true,
            '|' => bars == 0 && !ofFunction && !setCondition,
            '\\' => scan.Command() is var command && (MathNames.Values.Contains(command) || MathNames.Wrappers.Contains(command)
                || MathNames.Structures.Contains(command) || (!ofFunction && MathNames.IsFunction(command))),
            _ => char.IsLetter(next) && scan.Word() is not ("or" or "and") && !(ofFunction && MathNames.IsFunction(scan.Word())),
        };
    }

    private MathNode Power()
    {
        Enter();
        var node = Primary();
        while (true)
        {
            if (scan.Next() == '^')
            {
                scan.Position++;
                node = TakeDegrees() ? new Call("degrees", [Scalar(node)]) : new Operation('^', Scalar(node), Scalar(Exponent()));
            }
            else if (scan.Next() == '*' && scan.At(1) == '*')
            {
                scan.Position += 2;
                node = new Operation('^', Scalar(node), Scalar(Exponent()));
            }
            else if (scan.Next() == '!' && scan.At(1) != '=')
            {
                scan.Position++;
                node = new Call("!", [Scalar(node)]);
            }
            else if (scan.Take('%') || scan.TakeCommand("%"))
            {
                node = new Call("percent", [Scalar(node)]);
            }
            else if (scan.TakeCommand("degree"))
            {
                node = new Call("degrees", [Scalar(node)]);
            }
            else
            {
                depth--;
                return node;
            }
        }
    }

    private bool TakeDegrees()
    {
        var back = scan.Position;
        var isGroup = scan.Take('{');
        if (scan.TakeCommand("circ", "degree") && (!isGroup || scan.Take('}')))
        {
            if (scan.Word() is "C" or "F")
            {
                scan.Position++;
            }

            return true;
        }

        scan.Position = back;
        return false;
    }

    private MathNode Exponent() => scan.Next() switch
    {
        '{' => Group(),
        '-' or '+' when char.IsWhiteSpace(scan.At(1)) || scan.At(1) is '}' or ')' or '\0' => Mark(),
        '*' => Mark(),
        '-' or '+' => Signed(),
        _ => Power(),
    };

    // N^* and R^+: the sign is the name of a part.
    private Symbol Mark()
    {
        var name = $"{scan.At(0)}";
        scan.Position++;
        return new Symbol(name);
    }

    private MathNode Group()
    {
        scan.Expect('{');
        var node = Relation();
        scan.Expect('}');
        return node;
    }

    // What a command takes: a group, or one digit, letter or command.
    private MathNode Argument()
    {
        Enter();
        var node = scan.Next() is var next && next == '{' ? Group()
            : char.IsAsciiDigit(next) ? scan.Digit()
            : char.IsLetter(next) ? Name(scan.Word()[..1])
            : next == '\\' ? Primary()
            : throw MathScanner.Unreadable();
        depth--;
        return Scalar(node);
    }

    private MathNode Primary()
    {
        Enter();
        var next = scan.Next();
        var node = char.IsAsciiDigit(next) || next == '.' ? Number()
            : next == '(' || next == '[' ? Bracket(next)
            : next == '{' ? Group()
            : next == '|' ? Between('|', "abs")
            : next == '\\' ? Command(scan.Command())
            : char.IsLetter(next) ? Word(scan.Word())
            : throw MathScanner.Unreadable();
        depth--;
        return node;
    }

    private MathNode Number()
    {
        var number = scan.Number();
        if (scan.At(0) == '_')
        {
            scan.Position++;
            return InBase(number, scan.Next() == '{' ? scan.RawGroup() : $"{scan.Digit().Value}");
        }

        scan.Next();
        var isApart = scan.IsApart;
        if (number.Value.Denominator.IsOne && scan.Command() is "frac" or "dfrac" or "tfrac")
        {
            var fraction = (Operation)Primary();
            return fraction is { Left: Literal left, Right: Literal right } && IsProper(left.Value, right.Value)
                ? new Literal(number.Value + left.Value / right.Value)
                : new Operation('*', number, fraction);
        }

        return isApart && number.Value.Denominator.IsOne && Mixed() is { } part ? new Literal(number.Value + part) : number;
    }

    // "3 1/2": the fraction behind the blank, if it is less than one.
    private Fraction? Mixed()
    {
        if (!char.IsAsciiDigit(scan.Next()))
        {
            return null;
        }

        var back = scan.Position;
        var over = scan.Number().Value;
        if (scan.At(0) == '/' && char.IsAsciiDigit(scan.At(1)))
        {
            scan.Position++;
            var under = scan.Number().Value;
            if (IsProper(over, under))
            {
                return over / under;
            }
        }

        scan.Position = back;
        return null;
    }

    private static bool IsProper(Fraction over, Fraction under) =>
        over.Denominator.IsOne && under.Denominator.IsOne && over.Numerator.Sign > 0 && over < under;

    private static Literal InBase(Literal number, string index)
    {
        var digits = number.Value.Numerator.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!number.Value.Denominator.IsOne || !int.TryParse(index, out var radix) || radix is < 2 or > 10
            || digits.Any(digit => digit - '0' >= radix))
        {
            throw MathScanner.Unreadable();
        }

        return new(new Fraction(digits.Aggregate(BigInteger.Zero, (value, digit) => value * radix + (digit - '0'))));
    }

    private MathNode Bracket(char open)
    {
        scan.Position++;
        scan.Brackets++;
        var items = MoreItems(Relation());
        var close = scan.Take(')') ? ')' : scan.Take(']') ? ']' : throw MathScanner.Unreadable();
        scan.Brackets--;
        return items.Count == 1 && (open == '(') == (close == ')') ? items[0] : new Bracketed(open, items, close);
    }

    private MathNode Between(char bar, string function)
    {
        scan.Position++;
        bars++;
        var inner = Scalar(Sum());
        scan.Expect(bar);
        bars--;
        return new Call(function, [inner]);
    }

    // \{1, 2\}; of \{x : x > 0\} the condition.
    private MathNode Set()
    {
        if (scan.TakeCommand("}"))
        {
            return new SetOf([]);
        }

        scan.Brackets++;
        var outer = setCondition;
        setCondition = true;
        var items = MoreItems(Relation());
        setCondition = outer;
        var node = scan.Take('|') || scan.Take(':') || scan.TakeCommand("mid", "colon") ? Items(Relation()) : new SetOf(items);
        scan.Brackets--;
        return scan.TakeCommand("}", "rbrace") ? node : throw MathScanner.Unreadable();
    }
}
