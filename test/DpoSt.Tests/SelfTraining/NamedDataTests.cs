using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.SelfTraining;

namespace DpoSt.Tests.SelfTraining;

public sealed class NamedDataTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0.1, null, 10, 0)]
    [InlineData(7.0, 0.2, 7, 20)]
    [InlineData(0.001, 3.0, 1, 3)]
    public void Parts_are_disjoint_and_together_the_whole_file(double test, double? dev, int tests, int devs)
    {
        var file = Questions(100, copies: 1);
        NamedData.Lay(file, new PartsSection { Test = test, Dev = dev }, new(), folder.File("parts"));
        var (train, rest) = (Part("train"), Part("test").Concat(devs > 0 ? Part("dev") : []).ToList());
        Assert.Equal((100 - tests - devs, tests + devs), (train.Count, rest.Count));
        Assert.Equal(ProblemSet.Load(file).Select(p => p.Question).Order(), train.Concat(rest).Select(p => p.Question).Order());
        Assert.Equal(tests, Part("test").Count);
        Assert.Equal(devs > 0, File.Exists(folder.File("parts/dev.jsonl")));
    }

    [Fact]
    public void The_seed_decides_and_equal_questions_stay_together()
    {
        var file = Questions(50, copies: 2);
        NamedData.Lay(file, new PartsSection { Test = 0.25 }, new(), folder.File("parts"));
        var first = File.ReadAllText(folder.File("parts/test.jsonl"));
        NamedData.Lay(file, new PartsSection { Test = 0.25 }, new(), folder.File("again"));
        Assert.Equal(first, File.ReadAllText(folder.File("again/test.jsonl")));
        NamedData.Lay(file, new PartsSection { Test = 0.25, Seed = 1 }, new(), folder.File("other"));
        Assert.NotEqual(first, File.ReadAllText(folder.File("other/test.jsonl")));
        Assert.Empty(Part("train").Select(p => p.Question).Intersect(Part("test").Select(p => p.Question)));
        Assert.All(Part("test").GroupBy(p => p.Question, StringComparer.Ordinal), same => Assert.Equal(2, same.Count()));
    }

    [Fact]
    public void A_conversation_of_several_answers_is_one_row()
    {
        var turns = string.Concat(Enumerable.Range(0, 3).Select(i =>
            $$""", {"role": "user", "content": "{{i}}"}, {"role": "assistant", "content": "yes"}"""))[2..];
        var file = folder.File("talks.jsonl", string.Concat(Enumerable.Range(0, 9).Select(i =>
            $$"""{"messages": [{{turns}}], "row": {{i}}}""" + "\n")));
        File.AppendAllText(file, """{"messages": [{"role": "user", "content": "other"}, {"role": "assistant", "content": "no"}]}""");
        NamedData.Lay(file, new PartsSection { Test = 1 }, new(), folder.File("parts"));
        Assert.Equal(10, ((string[])["train", "test"]).Sum(part => File.ReadAllLines(folder.File($"parts/{part}.jsonl")).Length));
    }

    [Fact]
    public void Columns_of_any_name_stay_as_they_are()
    {
        var columns = new ColumnsSection { Question = "q", Answer = "label" };
        var file = folder.File("own.csv", "q,label\nHow many?,5\nHow much?,6\n");
        NamedData.Lay(file, new PartsSection { Test = 1 }, columns, folder.File("parts"));
        Assert.Equal(["5", "6"], Part("train", columns).Concat(Part("test", columns)).Select(p => p.Ans).Order());
    }

    [Fact]
    public void Parts_that_leave_nothing_are_refused() => Assert.Equal(
        $"{folder.File("all.jsonl")} has 4 rows, of which data.parts takes 4 to test and 0 for dev: nothing is left to learn from "
        + "(equal questions stay together); take less.",
        Assert.Throws<UserErrorException>(
            () => NamedData.Lay(Questions(4, 1), new PartsSection { Test = 4 }, new(), folder.File("p"))).Message);

    private string Questions(int count, int copies)
    {
        var file = folder.File("all.jsonl");
        JsonLines.Write(
            file, Enumerable.Range(0, count * copies).Select(i => new { Question = $"What is {i % count} + 1?", Answer = "#### 7" }));
        return file;
    }

    private ProblemSet Part(string name, ColumnsSection? columns = null) =>
        ProblemSet.Load(folder.File($"parts/{name}.jsonl"), null, columns);
}
