using System.Numerics;

namespace DpoSt.Verification.Algebra;

/// <summary>Whether two formulas say the same. Scalars are compared exactly where both are fractions, else by their values: at several
/// points where there are variables.</summary>
/// <param name="tolerance">The share by which a number may differ; null allows what rounding to six decimals leaves.</param>
internal sealed class Sameness(double? tolerance)
{
    private const int Points = 5;
    private const int MaxItems = 100;
    private readonly Dictionary<MathNode, Quantity[]> values = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether an answer says what the gold answer says; both as <see cref="Meaning.Of"/> gives them.</summary>
    public bool Of(MathNode gold, MathNode answer)
    {
        (gold, answer) = (Value(gold, answer), Value(answer, gold));
        return (gold, answer) switch
        {
            (Relation a, Relation b) => Relations(a, b),
            (SetOf { Items: [var only] }, not (SetOf or Listing)) => Of(only, answer),
            (not (SetOf or Listing), SetOf { Items: [var only] }) => Of(gold, only),
            (Listing a, Bracketed { Open: '(' } b) => InOrder(Named(a), b.Items),
            (Bracketed { Open: '(' } a, Listing b) => InOrder(a.Items, Named(b)),
            (not (SetOf or Listing), Listing several) when IsScalar(gold) => several.Items.All(item => Of(gold, item)),
            (SetOf or Listing, SetOf or Listing) => Unordered(ItemsOf(gold), ItemsOf(answer)),
            (Bracketed a, Bracketed b) => a.Open == b.Open && a.Close == b.Close && InOrder(a.Items, b.Items),
            (SetOperation a, SetOperation b) => a.Kind == b.Kind && (a.Kind == '\\' ? InOrder(a.Sets, b.Sets) : Unordered(a.Sets, b.Sets)),
            (Matrix a, Matrix b) => a.Rows.Count == b.Rows.Count && InOrder([.. a.Rows.SelectMany(r => r)], [.. b.Rows.SelectMany(r => r)]),
            (Matrix a, Bracketed { Open: '(' } b) => (a.Rows.Count == 1 || a.Rows[0].Count == 1)
                && InOrder([.. a.Rows.SelectMany(r => r)], b.Items),
            (Bracketed { Open: '(' } a, Matrix b) => (b.Rows.Count == 1 || b.Rows[0].Count == 1)
                && InOrder(a.Items, [.. b.Rows.SelectMany(r => r)]),
            _ when IsScalar(gold) && IsScalar(answer) => Scalars(gold, answer),
            _ => false,
        };
    }

    // x = 3 is 3, unless it stands against another relation.
    private static MathNode Value(MathNode node, MathNode other) =>
        other is not Relation && !(other is Listing { Items: [Relation, ..] }) && Meaning.Assigned(node) is { } assigned
            ? assigned.Value : node;

    private static IReadOnlyList<MathNode> Named(Listing listing) =>
        listing.Items.Select(Meaning.Assigned).ToList() is var all && all.TrueForAll(a => a is not null)
            ? all.ConvertAll(a => a!.Value.Value) : listing.Items;

    private static IReadOnlyList<MathNode> ItemsOf(MathNode node) => node is SetOf set ? set.Items : ((Listing)node).Items;

    private bool InOrder(IReadOnlyList<MathNode> gold, IReadOnlyList<MathNode> answer) =>
        gold.Count == answer.Count && gold.Zip(answer).All(pair => Of(pair.First, pair.Second));

    private bool Unordered(IReadOnlyList<MathNode> gold, IReadOnlyList<MathNode> answer) =>
        gold.Count <= MaxItems && answer.Count <= MaxItems
        && gold.All(g => answer.Any(a => Of(g, a))) && answer.All(a => gold.Any(g => Of(g, a)));

    private bool Relations(Relation gold, Relation answer)
    {
        if (Meaning.Assigned(gold) is { } a && Meaning.Assigned(answer) is { } b && a.Name == b.Name)
        {
            return Of(a.Value, b.Value);
        }

        if (gold.Signs is not [var first] || answer.Signs is not [var second])
        {
            return gold.Signs.SequenceEqual(answer.Signs) && InOrder(gold.Sides, answer.Sides);
        }

        var (goldSign, goldDifference) = Difference(gold, first);
        var (answerSign, answerDifference) = Difference(answer, second);
        return goldSign == answerSign && gold.Sides.Concat(answer.Sides).All(IsScalar)
            && IsMultiple(goldDifference, answerDifference, mayFlip: goldSign is '=' or '≠');
    }

    // What is below zero, or is zero.
    private static (char Sign, MathNode Of) Difference(Relation relation, char sign) => sign switch
    {
        '>' => ('<', new Operation('-', relation.Sides[1], relation.Sides[0])),
        '≥' => ('≤', new Operation('-', relation.Sides[1], relation.Sides[0])),
        _ => (sign, new Operation('-', relation.Sides[0], relation.Sides[1])),
    };

    // An equation of several variables is a curve, whatever both sides are multiplied by. One of a single variable is asked for its
    // solution: 2x + 3 = 7 is not x = 2.
    private bool IsMultiple(MathNode gold, MathNode answer, bool mayFlip)
    {
        var isCurve = Meaning.Symbols(gold).Distinct(StringComparer.Ordinal).Skip(1).Any();
        Complex? common = null;
        foreach (var (g, a) in ValuesOf(gold).Zip(ValuesOf(answer)))
        {
            var ratio = a.Approximate / g.Approximate;
            if (!Complex.IsFinite(ratio) || ratio == 0)
            {
                return false;
            }

            common ??= ratio;
            if (Complex.Abs(ratio - common.Value) > 1e-9 * Complex.Abs(ratio))
            {
                return false;
            }
        }

        return common is { } by && Math.Abs(by.Imaginary) < 1e-9 && (by.Real > 0 || mayFlip)
            && (isCurve || Math.Abs(Math.Abs(by.Real) - 1) < 1e-9);
    }

    private bool Scalars(MathNode gold, MathNode answer)
    {
        if (Meaning.HasSymbol(gold) || Meaning.HasSymbol(answer))
        {
            var pairs = ValuesOf(gold).Zip(ValuesOf(answer)).ToList();
            return pairs.TrueForAll(p => p.First.IsDefined == p.Second.IsDefined && (!p.First.IsDefined || p.First.IsNear(p.Second)))
                && pairs.Count(p => p.First.IsDefined) > Points / 2;
        }

        // 50 % is 0.5, and a bare 50 too.
        return Numbers(gold, answer)
            || (Percent(gold) is { } share && Percent(answer) is null && Numbers(share, answer))
            || (Percent(answer) is { } of && Percent(gold) is null && Numbers(gold, of));
    }

    private static MathNode? Percent(MathNode node) => node is Call { Function: "percent", Arguments: [var of] } ? of : null;

    private bool Numbers(MathNode gold, MathNode answer)
    {
        var (a, b) = (ValuesOf(gold)[0], ValuesOf(answer)[0]);
        return a.IsDefined && b.IsDefined
            && (a.IsNear(b) || (tolerance is { } share ? a.IsWithin(b, share) : a.IsRounded(b)));
    }

    private Quantity[] ValuesOf(MathNode node)
    {
        if (!values.TryGetValue(node, out var found))
        {
            found = [.. Enumerable.Range(0, Meaning.HasSymbol(node) ? Points : 1).Select(point => new Evaluator(point).Of(node))];
            values.Add(node, found);
        }

        return found;
    }

    private static bool IsScalar(MathNode node) => node is Literal or Symbol or Constant or Operation or Call;
}
