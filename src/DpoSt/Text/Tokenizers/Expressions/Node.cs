namespace DpoSt.Text.Tokenizers.Expressions;

/// <summary>A part of an expression.</summary>
internal abstract record Node
{
    /// <summary>Where something stands, without taking a character.</summary>
    public enum Position
    {
        LineStart,
        LineEnd,
        TextStart,
        TextEnd,
        LastLineEnd,
        WordEdge,
        NoWordEdge,
    }

    public sealed record One(Characters Set) : Node;

    public sealed record All(IReadOnlyList<Node> Parts) : Node;

    public sealed record Any(IReadOnlyList<Node> Choices) : Node;

    /// <summary>The inner part, so many times; as often as it goes, or as seldom.</summary>
    public sealed record Repeat(Node Inner, int Least, int Most, bool IsGreedy) : Node;

    /// <summary>The first way that the inner part matches, and no other (`(?>x)`, and `x++`).</summary>
    public sealed record Atomic(Node Inner) : Node;

    /// <summary>What stands ahead of the place or behind it.</summary>
    public sealed record Look(Node Inner, bool IsAhead, bool IsNegative) : Node;

    public sealed record At(Position Where) : Node;
}
