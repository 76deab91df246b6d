using DpoSt.Configuration.Sections;

namespace DpoSt.Data;

/// <summary>How samples become pairs and pseudo-labels; the defaults are the paper's.</summary>
/// <param name="MaxSimilarity">A text whose Jaccard similarity with a kept one is above this is a duplicate.</param>
/// <param name="MaxPairs">The most preference pairs of a question.</param>
/// <param name="Percentile">Pseudo-labels of a question are cut at this percentile of the counts of all questions.</param>
/// <param name="Seed">Decides between pairs of equal rank.</param>
/// <param name="Pairs">Which pairs of a question are kept where there are more.</param>
internal sealed record SelectionOptions(
    double MaxSimilarity = 0.7, int MaxPairs = 3, double Percentile = 90, long Seed = 42, PairChoice Pairs = PairChoice.LeastAlike);
