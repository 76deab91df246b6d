using Fractions;

namespace DpoSt.Verification.Algebra;

/// <summary>
/// Recursive descent over an answer, in LaTeX or as people type it:
/// <code>
/// listing  := relation ((',' | ';' | 'or' | 'and') relation)*
/// relation := sets (('=' | '&lt;' | '≤' | '∈' | ...) sets)*
/// sets     := ratio (('∪' | '∩' | '\') ratio)*
/// ratio    := sum (':' sum)*
/// sum      := product (('+' | '-' | '±' | '∓') product)*
/// product  := signed (('*' | '/' | nothing) power)* unit?
/// </code>
/// Length and depth are bounded, so is the work: every character is read a bounded number of times.
/// </summary>
internal sealed partial class MathParser
{
    private const int MaxDepth = 60;
    private readonly MathScanner scan;
    private int depth;

    private MathParser(string text, int depth) => (scan, this.depth) = (new MathScanner(text), depth);

    /// <summary>What a text says (<see cref="MathText.Bare"/> has been there); null where it is not read whole.</summary>
    public static MathNode? Parse(string text)
    {
        try
        {
            return text.Length is > 0 and <= MathText.MaxLength ? Whole(text, 0) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static MathNode Whole(string text, int depth)
    {
        var parser = new MathParser(text, depth);
        var node = parser.Items(parser.Relation());
        return parser.scan.Next() == '\0' ? node : throw MathScanner.Unreadable();
    }

    private MathNode Items(MathNode first)
    {
        var items = MoreItems(first);
        return items.Count == 1 ? first : new Listing(items);
    }

    private List<MathNode> MoreItems(MathNode first)
    {
        List<MathNode> items = [first];
        while (TakeSeparator())
        {
            items.Add(Relation());
        }

        return items;
    }

    private bool TakeSeparator()
    {
        var taken = scan.Take(',') || scan.Take(';');
        if (scan.Command() is "text" or "textrm" or "mbox" or "mathrm" or "textbf")
        {
            var back = scan.Position;
            scan.Position += scan.Command().Length + 1;
            if (scan.Next() == '{' && scan.RawGroup().Trim() is "or" or "and" or "," or ", and" or ", or")
            {
                return true;
            }

            scan.Position = back;
        }

        if (scan.Word() is ("or" or "and") and var word)
        {
            scan.Position += word.Length;
            return true;
        }

        return taken;
    }

    private MathNode Relation()
    {
        Enter();
        List<MathNode> sides = [scan.Definition() is { } defined ? new Words(defined) : Sets()];
        List<char> signs = [];
        while (TakeSign() is not '\0' and var sign)
        {
            if (sign == '⇒')
            {
                (sides, signs) = ([], []);                     // what follows from it is the answer
            }
            else if (sign == '≈' && sides is not [Symbol])
            {
                Sets();                                        // what it is about is no better than what it is
                continue;
            }
            else
            {
                signs.Add(sign == '≈' ? '=' : sign);
            }

            sides.Add(Sets());
        }

        depth--;
        return signs.Count == 0 ? sides[0] : new Relation(sides, signs);
    }

    private char TakeSign() =>
        scan.TakeCommand("le", "leq", "leqslant") ? '≤'
        : scan.TakeCommand("ge", "geq", "geqslant") ? '≥'
        : scan.TakeCommand("lt") ? '<'
        : scan.TakeCommand("gt") ? '>'
        : scan.TakeCommand("ne", "neq") ? '≠'
        : scan.TakeCommand("in") ? '∈'
        : scan.TakeCommand("approx") ? '≈'
        : scan.TakeCommand("equiv") ? '='
        : scan.TakeCommand("Rightarrow", "implies", "Longrightarrow") ? '⇒'
        : scan.Take('<') ? (scan.At(0) == '=' && scan.Take('=') ? '≤' : '<')
        : scan.Take('>') ? (scan.At(0) == '=' && scan.Take('=') ? '≥' : '>')
        : scan.Next() == '!' && scan.At(1) == '=' ? Skip(2, '≠')
        : scan.Next() == '=' ? Skip(scan.At(1) is '=' or '>' ? 2 : 1, scan.At(1) == '>' ? '⇒' : '=')
        : '\0';

    private char Skip(int length, char sign)
    {
        scan.Position += length;
        return sign;
    }

    private MathNode Sets()
    {
        var first = Ratio();
        while (true)
        {
            var kind = scan.TakeCommand("cup") ? '∪' : scan.TakeCommand("cap") ? '∩'
                : scan.TakeCommand("setminus", "backslash") ? '\\' : '\0';
            if (kind == '\0')
            {
                return first;
            }

            var next = Ratio();
            first = first is SetOperation { Kind: var same, Sets: var sets } && same == kind && kind != '\\'
                ? new SetOperation(kind, [.. sets, next])
                : new SetOperation(kind, [first, next]);
        }
    }

    // 3:4 is what 3/4 is; of three and more the first is what the others are measured by.
    private MathNode Ratio()
    {
        List<MathNode> parts = [Sum()];
        while (scan.Next() == ':' && !setCondition)
        {
            scan.Position++;
            parts.Add(Scalar(Sum()));
        }

        return parts.Count switch
        {
            1 => parts[0],
            2 => new Operation('/', Scalar(parts[0]), parts[1]),
            _ => new Bracketed(':', [.. parts.Skip(1).Select(part => new Operation('/', part, Scalar(parts[0])))], ':'),
        };
    }

    private MathNode Sum()
    {
        var sum = Product();
        while (true)
        {
            var kind = scan.Take('+') ? '+' : scan.Take('-') ? '-' : scan.TakeCommand("pm") ? '±' : scan.TakeCommand("mp") ? '∓' : '\0';
            if (kind == '\0')
            {
                return sum;
            }

            sum = new Operation(kind, Scalar(sum), Scalar(Product()));
        }
    }

    private MathNode Product(bool ofFunction = false)
    {
        var product = Signed();
        while (true)
        {
            if (!ofFunction && (scan.Take('*') || TakeCross(product) || scan.TakeCommand("times", "cdot", "ast")))
            {
                product = new Operation('*', Scalar(product), Scalar(Signed()));
            }
            else if (!ofFunction && (scan.Take('/') || scan.TakeCommand("div")))
            {
                product = new Operation('/', Scalar(product), Scalar(Signed()));
            }
            else if (TakeUnit(product) is { } measured)
            {
                product = measured;
            }
            else if (BeginsFactor(ofFunction))
            {
                // Behind a formula "(n \in N)" is a condition and no factor.
                var factor = Power();
                product = factor is Relation ? product : new Operation('*', Scalar(product), Scalar(factor));
            }
            else
            {
                return product;
            }
        }
    }

    // "2.5 x 10^3": a letter between two numbers is a sign.
    private bool TakeCross(MathNode before)
    {
        var isCross = before is Literal && scan.Next() == 'x' && char.IsAsciiDigit(scan.At(scan.At(1) == ' ' ? 2 : 1));
        scan.Position += isCross ? 1 : 0;
        return isCross;
    }

    private MathNode Signed()
    {
        Enter();
        var node = scan.Take('+') ? Scalar(Signed())
            : scan.Take('-') ? new Operation('-', new Literal(Fraction.Zero), Scalar(Signed()))
            : scan.TakeCommand("pm") ? new Operation('±', new Literal(Fraction.Zero), Scalar(Signed()))
            : Power();
        depth--;
        return node;
    }

    private void Enter()
    {
        if (++depth > MaxDepth)
        {
            throw MathScanner.Unreadable();
        }
    }

    private static MathNode Scalar(MathNode node) =>
        node is Literal or Symbol or Constant or Operation or Call ? node : throw MathScanner.Unreadable();
}
