using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>Which of a question's pairs are kept.</summary>
internal enum PairChoice
{
    /// <summary>Those that share the fewest tokens.</summary>
    LeastAlike,

    /// <summary>Those that share the most: the wrong answer nearest to the right one.</summary>
    MostAlike,

    /// <summary>Those with the largest edit distance between their words.</summary>
    MostEdits,

    /// <summary>Those whose lengths differ least, in words.</summary>
    EqualLength,

    /// <summary>Those that share the fewest tokens, each rationale in one pair at most.</summary>
    EachOnce,

    /// <summary>Any.</summary>
    Random,
}

/// <summary>The <c>selection</c> section, ours: how samples become pairs and pseudo-labels. The defaults are the paper's.</summary>
internal sealed record SelectionSection
{
    /// <summary>A text whose Jaccard similarity with a kept one is above this is a duplicate.</summary>
    [Within(0, 1)]
    public double MaxSimilarity { get; init; } = 0.7;

    /// <summary>The most preference pairs of a question.</summary>
    [Within(1)]
    public int MaxPairs { get; init; } = 3;

    /// <summary>Which of a question's pairs are kept where there are more.</summary>
    public PairChoice Pairs { get; init; }

    /// <summary>Pseudo-labels of a question are cut at this percentile of the counts of all questions.</summary>
    [Within(0, 100)]
    public double Percentile { get; init; } = 90;
}
