using System.Globalization;
using System.Text.RegularExpressions;
using DpoSt.Data.Synthetic;

namespace DpoSt.Tests.Data.Synthetic;

public sealed partial class SyntheticProblemsTests
{
    private static readonly IReadOnlyList<SyntheticProblem> Labelled = SyntheticProblems.Labelled(5000, 1, StepMix.Even);
    private static readonly IReadOnlyList<SyntheticProblem> OneStep = SyntheticProblems.OneStep(10000, 1);
    private static readonly IReadOnlyList<SyntheticProblem> OutOfDomain = SyntheticProblems.OutOfDomain(1000, 1);

    public static TheoryData<string> Sets => ["labelled", "test", "one-step", "ood", "arithmetic"];

    [Theory]
    [MemberData(nameof(Sets))]
    public void EveryAnnotationSaysWhatItsArithmeticGives(string set)
    {
        foreach (var problem in Problems(set))
        {
            var lines = problem.Rationale!.Split('\n');
            var last = "";
            foreach (var line in lines[..^1])
            {
                var match = StepLine().Match(line);
                Assert.True(match.Success, line);
                var (shown, expression, result) = (
                    match.Groups["shown"].Value, match.Groups["expression"].Value, match.Groups["result"].Value);
                last = match.Groups["again"].Value;
                Assert.Equal(Evaluate(expression), decimal.Parse(result, CultureInfo.InvariantCulture));
                Assert.Equal(result, last);
                Assert.Equal(expression, shown.Replace(" ", "", StringComparison.Ordinal));
            }

            Assert.Equal(problem.Steps, lines.Length - 1);
            Assert.Equal($"#### {last}", lines[^1]);
            Assert.Equal(problem.Answer, decimal.Parse(last, CultureInfo.InvariantCulture));
            Assert.InRange(problem.Answer, 0.01m, 9999m);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void TextIsCleanEnglish(string set)
    {
        foreach (var problem in Problems(set))
        {
            foreach (var text in new[] { problem.Question, problem.Rationale! })
            {
                Assert.DoesNotMatch(@"[^\x20-\x7e\n]|  |[\[\]{}|@_]|\?\?|\.\.| [.,?]|\b1 (?!dollar)[a-z]+s\b", text);
                Assert.DoesNotMatch(@"(?i)\ba [aeio]|\ban (?!hour)[^aeio]", text);
            }

            Assert.Matches(set == "arithmetic" ? @"^\d.* =$" : @"^[A-Z0-9].*\?$|^.* \?$", problem.Question);
            Assert.DoesNotMatch(@"[.?] [a-z]", problem.Question);
        }
    }

    [Fact]
    public void SetsShareNoProblem()
    {
        var owner = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var seed in new long[] { 1, 2 })
        {
            foreach (var problem in SyntheticProblems.Labelled(3000, seed).Concat(SyntheticProblems.Pool(5000, seed))
                .Concat(SyntheticProblems.Dev(2000, seed)).Concat(SyntheticProblems.Test(4000, seed)))
            {
                var set = problem.Id[..problem.Id.IndexOf('-', StringComparison.Ordinal)];
                Assert.Equal(
                    set, owner.TryAdd($"{problem.Schema}:{problem.Numbers}", set) ? set : owner[$"{problem.Schema}:{problem.Numbers}"]);
                Assert.Equal(set, owner.TryAdd(problem.Question, set) ? set : owner[problem.Question]);
            }
        }
    }

    [Fact]
    public void ASeedNamesTheSameProblemsAndASmallerSetIsABeginning()
    {
        Assert.Equal(Labelled.Take(200), SyntheticProblems.Labelled(200, 1, StepMix.Even));
        Assert.NotEqual(SyntheticProblems.Pool(20, 1), SyntheticProblems.Pool(20, 2));
        Assert.Equal(SyntheticProblems.Arithmetic(20, 3), SyntheticProblems.Arithmetic(20, 3));
        Assert.Equal(SyntheticProblems.Denoising(20, 3), SyntheticProblems.Denoising(20, 3));
    }

    [Fact]
    public void SchemasAreManyAndSetsHoldThemAll()
    {
        Assert.True(Catalogue.Main.Length >= 40);
        Assert.True(Catalogue.OneStep.Length >= 30);
        Assert.True(Catalogue.OutOfDomain.Length >= 8);
        AssertHolds(Catalogue.Main, Labelled);
        AssertHolds(Catalogue.OneStep, OneStep);
        AssertHolds(Catalogue.OutOfDomain, OutOfDomain);
        Assert.All(Labelled, p => Assert.InRange(p.Steps, 2, 6));
        Assert.All(SyntheticProblems.Pool(300, 1), p => Assert.Null(p.Rationale));
    }

    [Fact]
    public void StepsFollowTheirWeights()
    {
        var counts = SyntheticProblems.Labelled(3000, 5).CountBy(p => p.Steps).ToDictionary();
        Assert.InRange(counts[2], 1150, 1550);
        Assert.InRange(counts[3], 900, 1200);
        Assert.InRange(counts[6], 40, 150);
        Assert.All(SyntheticProblems.Test(200, 5, new StepMix(0, 0, 0, 1, 0)), p => Assert.Equal(5, p.Steps));
    }

    [Fact]
    public void WordsAreFewAndTheOneStepProblemsTeachThem()
    {
        var (taught, main, other) = (Words(OneStep), Words(Labelled), Words(OutOfDomain));
        var (untaught, unknown) = (Missing(main, taught), Missing(other, taught));
        Assert.InRange(taught.Count + untaught.Length, 300, 900);
        Assert.True(untaught.Length <= 0.02 * main.Count, string.Join(' ', untaught));
        Assert.True(unknown.Length <= 25, string.Join(' ', unknown));
    }

    [Fact]
    public void DenoisingRowsAreStoriesWithoutQuestions() =>
        Assert.All(SyntheticProblems.Denoising(2000, 1), text => Assert.Matches(@"^[A-Z0-9][^?]*\.$", text));

    private static IReadOnlyList<SyntheticProblem> Problems(string set) => set switch
    {
        "labelled" => Labelled,
        "test" => SyntheticProblems.Test(3000, 7),
        "one-step" => OneStep,
        "ood" => OutOfDomain,
        _ => SyntheticProblems.Arithmetic(3000, 1),
    };

    private static void AssertHolds(Schema[] schemas, IReadOnlyList<SyntheticProblem> problems) =>
        Assert.Equal(
            schemas.Select(s => s.Name).Order(StringComparer.Ordinal),
            problems.Select(p => p.Schema).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static string[] Missing(IEnumerable<string> words, HashSet<string> known) => [.. words.Where(w => !known.Contains(w))];

    private static HashSet<string> Words(IEnumerable<SyntheticProblem> problems) =>
        problems.SelectMany(p => Word().Matches($"{p.Question} {p.Rationale}").Select(m => m.Value)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Left to right with * and / first: all that the annotations use, evaluated apart from the code under test.</summary>
    private static decimal Evaluate(string expression)
    {
        var tokens = Token().Matches(expression).Select(m => m.Value).ToArray();
        Assert.Equal(expression, string.Concat(tokens));
        decimal sum = 0, term = decimal.Parse(tokens[0], CultureInfo.InvariantCulture);
        for (var i = 1; i < tokens.Length; i += 2)
        {
            var value = decimal.Parse(tokens[i + 1], CultureInfo.InvariantCulture);
            (sum, term) = tokens[i] switch
            {
                "*" => (sum, term * value),
                "/" => (sum, term / value),
                "+" => (sum + term, value),
                _ => (sum + term, -value),
            };
        }

        return sum + term;
    }

    [GeneratedRegex(@"^(?<before>[A-Z0-9].*? )??(?<shown>[\d.]+( [-+*/] [\d.]+)+) = "
        + @"\$?<<(?<expression>[-+*/.\d]+)=(?<result>\d+(\.\d{1,2})?)>>(?<again>\d+(\.\d{1,2})?)( [A-Za-z0-9 ,]+)?\.$",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StepLine();

    [GeneratedRegex(@"[\d.]+|[-+*/]", RegexOptions.None, 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"\p{L}+", RegexOptions.None, 1000)]
    private static partial Regex Word();
}
