namespace DpoSt.Verification.Algebra;

/// <summary>A text that was read as a formula, a set of values, or words.</summary>
internal sealed record Formula(string Text, MathNode Node)
{
    /// <summary>Reads a text whole; null where something in it is neither.</summary>
    public static Formula? Read(string text)
    {
        if (text.Length > 2 * MathText.MaxLength)
        {
            return null;
        }

        var bare = MathText.Bare(text);
        return MathParser.Parse(bare) is { } node ? new Formula(bare, Meaning.Of(node)) : null;
    }

    /// <summary>Whether another formula says the same.</summary>
    /// <param name="other">The answer, where this is the gold answer.</param>
    /// <param name="tolerance">As in <see cref="Sameness"/>.</param>
    public bool Says(Formula other, double? tolerance) =>
        IsText || other.IsText
            ? MathText.Plain(Text) is { Length: > 0 } plain && plain == MathText.Plain(other.Text)
                || (!(Node is Words || other.Node is Words) && new Sameness(tolerance).Of(Node, other.Node))
            : Text == other.Text || new Sameness(tolerance).Of(Node, other.Node);

    /// <summary>Whether it is words.</summary>
    public bool IsWords => Node is Words;

    private bool IsText => Node is Words || (Text.Contains(@"\text", StringComparison.Ordinal) && !Text.Any(char.IsAsciiDigit));
}
