using Fractions;

namespace DpoSt.Verification.Algebra;

/// <summary>Brings what says the same into one form: solved inequalities are intervals, <c>x ∈ A</c> is A, <c>±</c> is two
/// values.</summary>
internal static class Meaning
{
    private static readonly Constant Infinity = new("inf");
    private static readonly Operation MinusInfinity = new('-', new Literal(Fraction.Zero), Infinity);

    public static MathNode Of(MathNode node) => node switch
    {
        Listing listing => OfListing([.. listing.Items.SelectMany(Spread)]),
        SetOf set => new SetOf([.. set.Items.SelectMany(Spread)]),
        Bracketed bracketed => bracketed with { Items = [.. bracketed.Items.Select(Of)] },
        SetOperation operation => operation with { Sets = [.. operation.Sets.Select(Of)] },
        Matrix matrix => new Matrix([.. matrix.Rows.Select(row => (IReadOnlyList<MathNode>)[.. row.Select(Of)])]),
        Relation relation => OfRelation(relation),
        Operation or Call when HasTwoSigns(node) => new SetOf([WithSign(node, true), WithSign(node, false)]),
        _ => node,
    };

    /// <summary>What is given a name in <c>x = 3</c>, <c>f(x) = 2x</c> or <c>3 = x</c>, and its name; null where nothing is.</summary>
    public static (string Name, MathNode Value)? Assigned(MathNode node) =>
        node is not Relation { Signs: [.., '='], Sides: var sides } relation || relation.Signs.Any(sign => sign != '=') ? null
        : NameOf(sides[0]) is { } name ? (name, sides[^1])
        : sides is [var value, Symbol symbol] && !HasSymbol(value) ? (symbol.Name, value)
        : null;

    /// <summary>Whether a variable is in a formula.</summary>
    public static bool HasSymbol(MathNode node) => Symbols(node).Any();

    /// <summary>The names of a scalar's variables, each as often as it stands there.</summary>
    public static IEnumerable<string> Symbols(MathNode node) => node switch
    {
        Symbol symbol => [symbol.Name],
        Operation operation => Symbols(operation.Left).Concat(Symbols(operation.Right)),
        Call call => call.Arguments.SelectMany(Symbols),
        _ => [],
    };

    private static IReadOnlyList<MathNode> Spread(MathNode item) =>
        Of(item) is var meant && meant is SetOf { Items: { Count: 2 } two } && item is not SetOf ? two : [meant];

    // "x = 1, x = 2" is what x is; "x < 1 or x > 2" is where it is.
    private static MathNode OfListing(IReadOnlyList<MathNode> items)
    {
        var assigned = items.Select(Assigned).ToList();
        return assigned.TrueForAll(a => a is not null) && assigned.Select(a => a!.Value.Name).Distinct(StringComparer.Ordinal).Count() == 1
                ? new SetOf([.. assigned.SelectMany(a => Spread(a!.Value.Value))])
            : items.All(item => item is Bracketed { Items: [_, _] } range && IsUnbounded(range)) ? new SetOperation('∪', items)
            : items is [Relation { Signs: ['='] } first, ..] && Assigned(first) is { } named && items.Skip(1).All(i => i is not Relation)
                ? new SetOf([named.Value, .. items.Skip(1)])
            : new Listing(items);
    }

    private static bool IsUnbounded(Bracketed range) => range.Items.Any(end => end is Constant { Name: "inf" } || end == MinusInfinity);

    private static MathNode OfRelation(Relation relation)
    {
        var sides = relation.Sides.Select(Of).ToList();
        if (relation.Signs is ['∈'] && NameOf(sides[0]) is not null)
        {
            return sides[1];
        }

        if (relation.Signs.All(sign => sign == '=') && !sides.Exists(side => side is not SetOf && (HasSymbol(side) || !IsScalar(side))))
        {
            return sides[^1];                                  // 7 + 3 = 10
        }

        return Range(sides, relation.Signs) is { } range ? range
            : sides is [var left, SetOf values] && NameOf(left) is not null && relation.Signs is ['='] ? values
            : new Relation(sides, relation.Signs);
    }

    private static Bracketed? Range(List<MathNode> sides, IReadOnlyList<char> signs)
    {
        var isRising = signs.All(sign => sign is '<' or '≤');
        if (!isRising && !signs.All(sign => sign is '>' or '≥'))
        {
            return null;
        }

        (MathNode End, char Sign)? low = null, high = null;
        switch (sides)
        {
            case [Symbol, var bound] when IsConstant(bound):
                high = (bound, signs[0]);
                break;
            case [var bound, Symbol] when IsConstant(bound):
                low = (bound, signs[0]);
                break;
            case [var from, Symbol, var to] when IsConstant(from) && IsConstant(to):
                (low, high) = ((from, signs[0]), (to, signs[1]));
                break;
            default:
                return null;
        }

        if (!isRising)
        {
            (low, high) = (high, low);
        }

        return new Bracketed(
            low is { Sign: '≤' or '≥' } ? '[' : '(', [low?.End ?? MinusInfinity, high?.End ?? Infinity],
            high is { Sign: '≤' or '≥' } ? ']' : ')');
    }

    private static string? NameOf(MathNode node) => node switch
    {
        Symbol symbol => symbol.Name,
        Words words => words.Text,
        Operation { Kind: '*' } product when CapitalsOf(product) is { } line => line,
        Bracketed { Items: var items } when items.All(item => item is Symbol) =>
            string.Join(',', items.Select(item => ((Symbol)item).Name)),
        _ => null,
    };

    // AB = 5 is of a line or an angle.
    private static string? CapitalsOf(MathNode node) => node switch
    {
        Symbol { Name: [>= 'A' and <= 'Z'] } symbol => symbol.Name,
        Operation { Kind: '*', Left: var left, Right: var right } when CapitalsOf(left) is { } a && CapitalsOf(right) is { } b => a + b,
        _ => null,
    };

    private static bool IsConstant(MathNode node) => IsScalar(node) && !HasSymbol(node);

    private static bool IsScalar(MathNode node) => node is Literal or Symbol or Constant or Operation or Call;

    private static bool HasTwoSigns(MathNode node) => node switch
    {
        Operation operation => operation.Kind is '±' or '∓' || HasTwoSigns(operation.Left) || HasTwoSigns(operation.Right),
        Call call => call.Arguments.Any(HasTwoSigns),
        _ => false,
    };

    private static MathNode WithSign(MathNode node, bool upper) => node switch
    {
        Operation operation => new Operation(
            operation.Kind is '±' or '∓' ? (operation.Kind == '±' == upper ? '+' : '-') : operation.Kind,
            WithSign(operation.Left, upper), WithSign(operation.Right, upper)),
        Call call => call with { Arguments = [.. call.Arguments.Select(argument => WithSign(argument, upper))] },
        _ => node,
    };
}
