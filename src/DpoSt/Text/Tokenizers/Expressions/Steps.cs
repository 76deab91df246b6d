namespace DpoSt.Text.Tokenizers.Expressions;

internal enum StepKind
{
    One,
    Run,
    Fork,
    Jump,
    Place,
    Inner,
    End,
}

/// <summary>A step of a compiled expression.</summary>
/// <param name="Kind">What it does: take one character of a set, take a run of them, try one way and then another, go on elsewhere, look
/// where it stands, match an inner expression, or be done.</param>
/// <param name="To">Where it goes on; of a fork the way that is tried first.</param>
/// <param name="Else">The other way of a fork. Of a run the most characters that it takes.</param>
internal readonly record struct Step(StepKind Kind, int To, int Else = 0)
{
    public Characters? Set { get; init; }

    /// <summary>The fewest characters of a run.</summary>
    public int Least { get; init; }

    /// <summary>The number of a fork among the forks: which ways have failed is remembered by it.</summary>
    public int Fork { get; init; }

    public Node.Position Position { get; init; }

    /// <summary>What stands in the text there or is taken whole: an <see cref="Node.Atomic"/> or a <see cref="Node.Look"/>.</summary>
    public Node? Inner { get; init; }

    /// <summary>The first step of the inner expression. Of one that looks behind: one for each choice, with its length.</summary>
    public IReadOnlyList<(int Start, int Length)> Inners { get; init; } = [];
}

/// <summary>Compiles an expression into steps.</summary>
internal sealed class Steps
{
    private const int Most = 20_000;
    private readonly List<Step> steps = [];

    private Steps()
    {
    }

    public int Forks { get; private set; }

    public static (Step[] Steps, int Start, int Forks) Compile(Node node)
    {
        var compiled = new Steps();
        var start = compiled.Add(node, compiled.Put(new(StepKind.End, 0)));
        return ([.. compiled.steps], start, compiled.Forks);
    }

    /// <summary>Adds the steps of a part, which go on at <paramref name="next"/>, and returns the first of them.</summary>
    private int Add(Node node, int next)
    {
        switch (node)
        {
            case Node.One one:
                return Put(new(StepKind.One, next) { Set = one.Set });
            case Node.All all:
                return all.Parts.Reverse().Aggregate(next, (to, part) => Add(part, to));
            case Node.Any any:
                return any.Choices.SkipLast(1).Reverse().Aggregate(Add(any.Choices[^1], next), (to, choice) => Fork(Add(choice, next), to));
            case Node.Repeat repeat:
                return Repeat(repeat, next);
            case Node.At place:
                return Put(new(StepKind.Place, next) { Position = place.Where });
            case Node.Atomic { Inner: Node.Repeat { Inner: Node.One one, IsGreedy: true } run }:
                return Put(new(StepKind.Run, next, run.Most) { Set = one.Set, Least = run.Least });
            case Node.Atomic atomic:
                return Put(new(StepKind.Inner, next) { Inner = node, Inners = [(Add(atomic.Inner, Put(new(StepKind.End, 0))), 0)] });
            case Node.Look look:
                var choices = look.IsAhead ? [look.Inner] : Choices(look.Inner);
                return Put(new(StepKind.Inner, next)
                {
                    Inner = node,
                    Inners =
                        [.. choices.Select(c => (Add(c, Put(new(StepKind.End, 0))), look.IsAhead ? 0 : Length(c)))],
                });
            default:
                throw new InvalidOperationException($"no steps for {node}");
        }
    }

    private int Repeat(Node.Repeat repeat, int next)
    {
        // Where the match ends behind it, as much as goes is what is taken.
        if (repeat is { Inner: Node.One one, IsGreedy: true } && steps[next].Kind == StepKind.End)
        {
            return Put(new(StepKind.Run, next, repeat.Most) { Set = one.Set, Least = repeat.Least });
        }

        var to = next;
        if (repeat.Most == int.MaxValue)
        {
            // The loop's fork comes first, since its body goes back to it.
            to = Fork(0, 0);
            var body = Add(repeat.Inner, to);
            steps[to] = steps[to] with { To = repeat.IsGreedy ? body : next, Else = repeat.IsGreedy ? next : body };
        }
        else
        {
            for (var i = repeat.Least; i < repeat.Most; i++)
            {
                var body = Add(repeat.Inner, to);
                to = repeat.IsGreedy ? Fork(body, next) : Fork(next, body);
            }
        }

        for (var i = 0; i < repeat.Least; i++)
        {
            to = Add(repeat.Inner, to);
        }

        return to;
    }

    private static IReadOnlyList<Node> Choices(Node node) => node switch
    {
        Node.Any any => any.Choices,
        Node.All { Parts: [Node.Any any] } => any.Choices,
        _ => [node],
    };

    /// <summary>How many characters a part takes, where that is always the same.</summary>
    private static int Length(Node node) => node switch
    {
        Node.One => 1,
        Node.All all => all.Parts.Sum(Length),
        Node.Any any when any.Choices.Select(Length).Distinct().Count() == 1 => Length(any.Choices[0]),
        Node.Repeat repeat when repeat.Least == repeat.Most => repeat.Least * Length(repeat.Inner),
        Node.At or Node.Look => 0,
        Node.Atomic atomic => Length(atomic.Inner),
        _ => throw new FormatException("an expression looks behind at texts of several lengths, which dpost cannot"),
    };

    private int Fork(int to, int otherwise) => Put(new(StepKind.Fork, to, otherwise) { Fork = Forks++ });

    private int Put(Step step)
    {
        steps.Add(steps.Count < Most ? step : throw new FormatException($"an expression has more than {Most} steps"));
        return steps.Count - 1;
    }
}
