using System.Globalization;
using System.Text.RegularExpressions;
using DpoSt.Data.Synthetic;
using DpoSt.Text;

namespace DpoSt.Tests.Data.Synthetic;

public sealed partial class VariedProblemsTests
{
    private static readonly VariedProblems Plain = new(1), Idle = new(1, idleNumbers: true);

    public static TheoryData<string> Sets => ["labelled", "test", "ood", "idle"];

    /// <summary>The calculator, which knows nothing of stories, follows every rationale from the story's numbers to the answer.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void EveryRationaleCalculatesItsWayToTheAnswer(string set) => Assert.All(Problems(set), problem =>
    {
        foreach (var rationale in problem.Rationales)
        {
            var lines = rationale.Split('\n');
            var known = Number().Matches(problem.Question).Select(m => m.Value).Concat(["7", "60"]).ToHashSet(StringComparer.Ordinal);
            foreach (var line in lines[..^1])
            {
                var match = Annotation().Match(line);
                Assert.True(match.Success, line);
                Assert.True(Calculator.TryEvaluate(match.Groups["expression"].Value, out var result));
                Assert.Equal(match.Groups["result"].Value, result);
                Assert.All(Number().Matches(match.Groups["expression"].Value), used => Assert.Contains(used.Value, known));
                known.Add(match.Groups["result"].Value);
                Assert.EndsWith(".", line, StringComparison.Ordinal);
            }

            var answer = problem.Answer.ToString(CultureInfo.InvariantCulture);
            Assert.Equal($"#### {answer}", lines[^1]);
            Assert.Equal(answer, Annotation().Match(lines[^2]).Groups["result"].Value);
        }
    });

    [Theory]
    [InlineData("labelled", 5)]
    [InlineData("test", 5)]
    [InlineData("idle", 5)]
    [InlineData("ood", 3)]
    public void RationalesAreManyAndCalculateDifferently(string set, int most)
    {
        var problems = Problems(set);
        Assert.All(problems, p => Assert.Equal(p.Rationales.Count, p.Rationales.Select(Calculations).Distinct().Count()));
        // Numbers that happen to be equal may make two ways the same.
        Assert.All(problems, p => Assert.InRange(p.Rationales.Count, most - 2, 6));
        Assert.True(problems.Count(p => p.Rationales.Count >= most) > 0.95 * problems.Count);
    }

    /// <summary>Gold is the first: each way of a schema is first about equally often.</summary>
    [Fact]
    public void WhichRationaleComesFirstIsDrawn()
    {
        foreach (var schema in Problems("labelled").GroupBy(p => p.Schema))
        {
            var shapes = schema.CountBy(p => Number().Replace(Calculations(p.Rationales[0]), "n")).Select(c => c.Value).ToArray();
            Assert.True(shapes.Max() < 0.9 * schema.Count(), $"{schema.Key}: {string.Join(", ", shapes)}");
        }
    }

    [Fact]
    public void SetsShareNoProblemAndASmallerSetIsABeginning()
    {
        string[][] sets =
            [.. ((string[])["labelled", "dev", "test"]).Select(s => Problems(s).Select(p => $"{p.Schema} {p.Numbers}").ToArray())];
        Assert.Equal(sets.Sum(s => s.Distinct().Count()), sets.SelectMany(s => s).Distinct().Count());
        Assert.Equal(Problems("labelled").Take(50).Select(p => p.Question), Plain.Labelled(50).Select(p => p.Question));
        Assert.Equal(12, Problems("test").Select(p => p.Schema).Distinct().Count());
        Assert.Empty(Problems("ood").Select(p => p.Schema).Intersect(Problems("test").Select(p => p.Schema)));
    }

    [Fact]
    public void EveryStoryWithIdleNumbersHasSome()
    {
        Assert.All(Problems("idle"), p => Assert.Matches(Interruption(), p.Question));
        Assert.True(Problems("test").Count(p => Interruption().IsMatch(p.Question)) < 200);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void TextIsCleanEnglish(string set) => Assert.All(Problems(set), problem =>
    {
        Assert.Matches(@"^[A-Z0-9].*\?$", problem.Question);
        Assert.All(problem.Rationales.Prepend(problem.Question), text =>
        {
            Assert.DoesNotMatch(@"[^\x20-\x7e\n]|  |[\[\]{}|@_]|\?\?|\.\.| [.,?]|\b1 [a-z]+s\b", text);
            Assert.DoesNotMatch(@"(?i)\ba [aeio]|\ban (?!hour)[^aeio]|[.?] (?-i:[a-z])", text);
        });
    });

    private static string Calculations(string rationale) => string.Concat(Annotation().Matches(rationale).Select(m => m.Value));

    private static IReadOnlyList<VariedProblem> Problems(string set) => set switch
    {
        "labelled" => Plain.Labelled(1500),
        "dev" => Plain.Dev(1000),
        "test" => Plain.Test(1000),
        "ood" => Plain.OutOfDomain(300),
        _ => Idle.Labelled(600),
    };

    [GeneratedRegex(@"<<(?<expression>[^=]+)=(?<result>\d+)>>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Annotation();

    [GeneratedRegex(@"\d+", RegexOptions.None, 1000)]
    private static partial Regex Number();

    [GeneratedRegex("in the morning\\.|A friend has|years old|A bike costs|people are there|from a friend", RegexOptions.None, 1000)]
    private static partial Regex Interruption();
}
