namespace DpoSt.Text.Tokenizers.Expressions;

/// <summary>Reads an expression as Oniguruma does, which Hugging Face's tokenizers use: `^` and `$` are ends of lines, sets nest, and an
/// added `+` keeps what was taken. What is not known here is an error, never another meaning.</summary>
internal sealed class ExpressionParser
{
    private const int DeepestRepetition = 4;
    private readonly ExpressionText text;

    private ExpressionParser(ExpressionText text) => this.text = text;

    /// <exception cref="FormatException">The expression is broken or uses what is not known here.</exception>
    public static Node Parse(string text)
    {
        var left = new ExpressionText(text);
        var node = new ExpressionParser(left).Choices(ignoresCase: false);
        return left.IsAtEnd ? node : throw left.Error("a ')' without its '('");
    }

    private Node Choices(bool ignoresCase)
    {
        text.Enter();
        var choices = new List<Node> { Sequence(ignoresCase) };
        while (text.Takes("|"))
        {
            choices.Add(Sequence(ignoresCase));
        }

        text.Leave();
        return choices.Count == 1 ? choices[0] : new Node.Any(choices);
    }

    private Node.All Sequence(bool ignoresCase)
    {
        var parts = new List<Node>();
        while (!text.IsAtEnd && text.Next is not ('|' or ')'))
        {
            if (ignoresCase && IsFoldedPair())
            {
                throw text.Error("where case does not matter, a letter beyond ASCII or two letters that have a ligature");
            }

            var atom = Atom(ignoresCase);
            parts.Add(Quantified(atom));
        }

        return new(parts);
    }

    private Node Quantified(Node atom)
    {
        for (var depth = 1; Interval() is var (least, most, isBraced); depth++)
        {
            if (atom is Node.At or Node.Look || depth > DeepestRepetition)
            {
                throw text.Error("a repetition of a place, or of repetitions of repetitions");
            }

            if (isBraced && text.Next == '?' && least == most)
            {
                throw text.Error("a '?' behind an exact count");
            }

            // An interval with a `+` is repeated itself; the short forms keep what they took.
            var isLazy = text.Takes("?");
            var repeat = new Node.Repeat(atom, least, most, !isLazy);
            atom = !isLazy && !isBraced && text.Takes("+") ? new Node.Atomic(repeat) : repeat;
        }

        return atom;
    }

    private (int Least, int Most, bool IsBraced)? Interval()
    {
        if (text.Takes("*"))
        {
            return (0, int.MaxValue, false);
        }

        if (text.Takes("+"))
        {
            return (1, int.MaxValue, false);
        }

        if (text.Takes("?"))
        {
            return (0, 1, false);
        }

        return text.Next == '{' && text.Interval() is var (first, last) ? (first, last, true) : null;
    }

    private Node Atom(bool ignoresCase)
    {
        switch (text.Next)
        {
            case '(' when text.Takes("("):
                return Group(ignoresCase);
            case '[' when text.Takes("["):
                return new Node.One(SetParser.Parse(text, ignoresCase));
            case '.' when text.Takes("."):
                return new Node.One(Characters.Of('\n').Not());
            case '^' when text.Takes("^"):
                return new Node.At(Node.Position.LineStart);
            case '$' when text.Takes("$"):
                return new Node.At(Node.Position.LineEnd);
            case '*' or '+' or '?':
                throw text.Error("a repetition of nothing");
            case '\\' when Place(text.Second) is { } place:
                _ = text.Takes("\\") && text.Character() > 0;
                return new Node.At(place);
            case '\\' when text.Takes("\\R"):
                return new Node.Any([
                    new Node.All([Literal('\r'), Literal('\n')]),
                    new Node.One(Characters.Where(c => c is (>= '\n' and <= '\r') or 0x85 or 0x2028 or 0x2029)),
                ]);
            default:
                var set = text.IsAtClass ? text.Class() : Characters.Of(text.Literal());
                return new Node.One(ignoresCase ? set.IgnoringCase() : set);
        }
    }

    private static Node.One Literal(int character) => new(Characters.Of(character));

    private static Node.Position? Place(char name) => name switch
    {
        'A' => Node.Position.TextStart,
        'z' => Node.Position.TextEnd,
        'Z' => Node.Position.LastLineEnd,
        'b' => Node.Position.WordEdge,
        'B' => Node.Position.NoWordEdge,
        _ => null,
    };

    private Node Group(bool ignoresCase)
    {
        if (!text.Takes("?"))
        {
            return Closed(Choices(ignoresCase));
        }

        if (text.Takes("#"))
        {
            return text.Until(')') is null ? throw text.Error("a comment without end") : new Node.All([]);
        }

        return text.Takes(":") ? Closed(Choices(ignoresCase))
            : text.Takes(">") ? new Node.Atomic(Closed(Choices(ignoresCase)))
            : text.Takes("=") ? new Node.Look(Closed(Choices(ignoresCase)), IsAhead: true, IsNegative: false)
            : text.Takes("!") ? new Node.Look(Closed(Choices(ignoresCase)), IsAhead: true, IsNegative: true)
            : text.Takes("<=") ? new Node.Look(Closed(Choices(ignoresCase)), IsAhead: false, IsNegative: false)
            : text.Takes("<!") ? new Node.Look(Closed(Choices(ignoresCase)), IsAhead: false, IsNegative: true)
            : text.Takes("i:") ? Closed(Choices(ignoresCase: true))
            // An option without a group reaches to the end of the group around it, choices included.
            : text.Takes("i)") ? Choices(ignoresCase: true)
            : throw text.Error("a kind of group");
    }

    private T Closed<T>(T inner) => text.Takes(")") ? inner : throw text.Error("a '(' without its ')'");

    /// <summary>Whether "ss", "st" or an f with a letter of its ligatures begins here: Oniguruma lets one character match such
    /// a pair.</summary>
    private bool IsFoldedPair() => text.Next > 127
        || (char.ToLowerInvariant(text.Next), char.ToLowerInvariant(text.Second)) is ('s', 's' or 't') or ('f', 'f' or 'i' or 'l');
}
