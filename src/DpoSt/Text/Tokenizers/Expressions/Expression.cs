namespace DpoSt.Text.Tokenizers.Expressions;

/// <summary>A regular expression with the meaning that Oniguruma gives it, over characters (code points, not UTF-16 units). A way that
/// failed at a place is not tried there again, so that time grows with the text, not with the number of ways.</summary>
internal sealed class Expression
{
    private readonly string text;
    private readonly Step[] steps;
    private readonly int start;
    private readonly int forks;
    private readonly string? literal;

    /// <exception cref="FormatException">The expression is broken or uses what is not known here.</exception>
    public Expression(string text)
    {
        this.text = text;
        (steps, start, forks) = Steps.Compile(ExpressionParser.Parse(text));
    }

    /// <summary>The expression that matches a text as it is written.</summary>
    public static Expression Literal(string text) => new(text, Steps.Compile(new Node.All(
        [.. text.EnumerateRunes().Select(r => new Node.One(Characters.Of(r.Value)))])));

    private Expression(string literal, (Step[] Steps, int Start, int Forks) compiled) =>
        (text, this.literal, (steps, start, forks)) = (literal, literal, compiled);

    /// <summary>The stretches that match, from left to right, the first way of each. An empty one is not found where another
    /// ended.</summary>
    public List<(int Start, int End)> Matches(ReadOnlySpan<char> subject)
    {
        var found = new List<(int, int)>();
        if (literal is { Length: > 0 })
        {
            for (var from = 0; subject[from..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var next; from = found[^1].Item2)
            {
                found.Add((from + next, from + next + literal.Length));
            }

            return found;
        }

        var matcher = new Matcher(steps, forks, subject, text);
        var last = -1;
        for (var at = 0; at <= subject.Length;)
        {
            var end = matcher.Match(start, at);
            if (end > at || (end == at && at != last))
            {
                found.Add((at, end));
                last = end;
            }

            at = end > at ? end : at + (at < subject.Length ? Characters.At(subject, at).Units : 1);
        }

        return found;
    }
}
