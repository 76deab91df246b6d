using System.Globalization;
using System.Text.RegularExpressions;

namespace DpoSt.Data.Synthetic;

/// <summary>Where a schema tells its story: it picks numbers, says facts, asks, and lists the steps of the rationale. In every wording
/// `[a|b]` stands for one of its variants, and in a step `@` for the annotated computation, `$@` for one whose result is money. A story
/// whose numbers came out badly (a broken count, a lone 1, too large) is marked and drawn again by the caller.</summary>
internal sealed partial class Scene(SplitMix64 random)
{
    private const decimal Largest = 9999;
    private readonly List<decimal> picks = [];
    private readonly HashSet<object> cast = [];
    private readonly List<string> facts = [];
    private readonly List<List<(string Wording, string Calculation)>> solutions = [[]];
    private string ending = "";

    public bool IsGood { get; private set; } = true;
    public int Steps => solutions[0].Count;
    public decimal Answer { get; private set; }

    /// <summary>The numbers that were picked, in order: with the schema's name they say which problem this is.</summary>
    public string Numbers => string.Join(',', picks.Select(p => p.ToString(CultureInfo.InvariantCulture)));

    public Person Person() => Another(Words.People);
    public Noun Thing(Noun[] kind) => Another(kind);
    public T OneOf<T>(params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    /// <summary>A whole number from low to high, both included, in steps of <paramref name="by"/> counted from zero.</summary>
    public Num Pick(Num low, Num high, int by = 1)
    {
        var (from, to) = ((int)Math.Ceiling(low.Value / by), (int)Math.Floor(high.Value / by));
        Require(from <= to);
        var value = by * (from + random.Next(Math.Max(1, to - from + 1)));
        picks.Add(value);
        return value;
    }

    /// <summary>A price with a broken number of dollars, in quarters: 1.25, 2.50, 3.75.</summary>
    public Num Price(int dollars)
    {
        var cents = 25 * (1 + random.Next((4 * dollars) - 1));
        Require(cents % 100 != 0);
        picks.Add(cents);
        return Num.Cents(cents);
    }

    /// <summary>A number that the story mentions and the solution does not need; it is not one of the problem's numbers.</summary>
    public Num Idle(int low, int high) => low + random.Next(high - low + 1);

    public void Require(bool condition) => IsGood &= condition;
    public void Say(params ReadOnlySpan<string> wordings) => facts.Add(OneOf(wordings));

    /// <summary>A fact before all others.</summary>
    public void Open(params ReadOnlySpan<string> wordings) => facts.Insert(0, OneOf(wordings));

    /// <summary>A fact that matters to nobody, somewhere among the others.</summary>
    public void Interrupt(params ReadOnlySpan<string> wordings) => facts.Insert(random.Next(facts.Count + 1), OneOf(wordings));

    public void Ask(params ReadOnlySpan<string> wordings) => ending = OneOf(wordings);

    /// <summary>Writes a step of the rationale and gives its result, a plain number. The last step's result is the answer.</summary>
    public Num Step(Num expression, params ReadOnlySpan<string> wordings)
    {
        var result = expression.Evaluated;
        var wording = OneOf(wordings);
        var annotation = $"<<{expression.Text.Replace(" ", "", StringComparison.Ordinal)}={result}>>{result}";
        var mayBreak = wording.Contains("$@", StringComparison.Ordinal) || expression.Text.Contains('.', StringComparison.Ordinal);
        Require(expression.IsExact && (mayBreak || expression.IsWhole) && result.Value is > 0 and not 1 and <= Largest);
        var written = wording.Replace("$@", $"{expression.Text} = ${annotation}", StringComparison.Ordinal)
            .Replace("@", $"{expression.Text} = {annotation}", StringComparison.Ordinal);
        solutions[^1].Add((written, annotation));
        Answer = result.Value;
        return result;
    }

    /// <summary>Several right ways to the answer, each with steps of its own.</summary>
    public void Ways(params ReadOnlySpan<Func<Num>> ways)
    {
        solutions.Clear();
        decimal? answer = null;
        foreach (var way in ways)
        {
            solutions.Add([]);
            if (way().Value is var own && (answer ??= own) != own && IsGood)
            {
                throw new InvalidOperationException($"Two ways lead to {answer} and to {own}: {WriteQuestion()}");
            }
        }
    }

    /// <summary>The story and its question. Words are settled here, after the numbers, so that a bad draw costs little.</summary>
    public string WriteQuestion() => string.Join(' ', facts.Append(ending).Select(Word));

    /// <summary>The steps in GSM8K's form, ended by the answer.</summary>
    public string WriteRationale() => Write(solutions[0]);

    /// <summary>Every way, in an order drawn at random; of ways with the same calculations only one.</summary>
    public IReadOnlyList<string> WriteRationales()
    {
        var ways = solutions.DistinctBy(steps => string.Concat(steps.Select(s => s.Calculation)), StringComparer.Ordinal).ToArray();
        CounterRandom.Shuffle<List<(string, string)>>(ways, random.Next());
        return [.. ways.Select(Write)];
    }

    private string Write(List<(string Wording, string Calculation)> steps) => string.Join(
        '\n', steps.Select(s => Word(s.Wording)).Append($"#### {Answer.ToString("0.##", CultureInfo.InvariantCulture)}"));

    private T Another<T>(T[] choices) where T : class
    {
        while (true)
        {
            var choice = choices[random.Next(choices.Length)];
            if (cast.Add(choice))
            {
                return choice;
            }
        }
    }

    private string Word(string wording)
    {
        var text = Variants().Replace(wording, m => OneOf<string>(m.Groups["variants"].Value.Split('|')));
        return SentenceStart().Replace(text, m => m.Value.ToUpperInvariant());
    }

    [GeneratedRegex(@"^[a-z]|(?<=[.?] )[a-z]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SentenceStart();

    [GeneratedRegex(@"\[(?<variants>[^\[\]]*)\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variants();
}
