namespace DpoSt.Text.Tokenizers.Expressions;

/// <summary>Reads a set in brackets as Oniguruma does: sets nest, and `&amp;&amp;` keeps what both sides have.</summary>
internal static class SetParser
{
    /// <param name="text">The expression, behind the opening bracket.</param>
    public static Characters Parse(ExpressionText text, bool ignoresCase)
    {
        text.Enter();
        var isNegative = text.Takes("^");
        // All of the unions between && must hold a character.
        List<List<Characters>> unions = [[]];
        while (!text.Takes("]"))
        {
            if (text.IsAtEnd)
            {
                throw text.Error("a '[' without its ']'");
            }

            if (text.Takes("&&"))
            {
                unions.Add([]);
                continue;
            }

            unions[^1].Add(Item(text, ignoresCase, isFirst: unions is [[]]));
        }

        text.Leave();
        if (unions.Any(union => union.Count == 0))
        {
            throw text.Error("a set without characters");
        }

        var set = Characters.Where(c => unions.TrueForAll(union => union.Exists(item => item.Has(c))));
        set = ignoresCase ? set.IgnoringCase() : set;
        return isNegative ? set.Not() : set;
    }

    private static Characters Item(ExpressionText text, bool ignoresCase, bool isFirst)
    {
        if (text.Takes("["))
        {
            return text.Next == ':' ? throw text.Error("a class by name in colons") : Parse(text, ignoresCase);
        }

        if (text.Next == '-' && !isFirst && text.Second != ']')
        {
            throw text.Error("a '-' between neither two characters nor at an end of a set");
        }

        if (text.IsAtClass)
        {
            return text.Class();
        }

        var first = text.Literal();
        var last = first;
        if (text.Next == '-' && text.Second is not (']' or '['))
        {
            _ = text.Takes("-");
            last = text.IsAtClass || text.Takes("&&") ? throw text.Error("a range without its end") : text.Literal();
        }

        return last < first ? throw text.Error("a range whose end is before its start")
            : ignoresCase && last > 127 ? throw text.Error("where case does not matter, a letter beyond ASCII")
            : Characters.Between(first, last);
    }
}
