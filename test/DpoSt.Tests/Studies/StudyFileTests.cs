using DpoSt.Studies;

namespace DpoSt.Tests.Studies;

public sealed class StudyFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_says_what_is_compared()
    {
        var study = Read("""
            config_path: exp_config/study
            seeds: 2
            problems:
              labelled: 10
            arms:
              gold:
              four:
                oracle: 4
                overrides: [loop.iterations=0, "sft.trainer.max_steps=7"]
            compare:
              - [gold, four sft-0]
            """);
        Assert.Equal(("s", 2, "dev", 10), (study.Name, study.Options.Seeds, study.Options.EvaluateOn, study.Options.Problems!.Labelled));
        Assert.Equal(folder.File("s"), study.Folder);
        Assert.Equal(["gold-1", "four-1", "gold-2", "four-2"], study.Cells.Select(c => c.Name));
        Assert.Equal((4, "loop.iterations=0 sft.trainer.max_steps=7"), (study.Arms[1].Oracle, string.Join(' ', study.Arms[1].Overrides)));
        Assert.Equal(new StudyComparison("gold", null, "four", "sft-0"), Assert.Single(study.Comparisons));
    }

    [Theory]
    [InlineData("seeds: 2", "arms is missing")]
    [InlineData("arms: {}", "arms is missing")]
    [InlineData("arms: {a: {oracle: many}}", "a in arms of")]
    [InlineData("arms: {a: {overrides: loop.iterations=0}}", "a.overrides is the text 'loop.iterations=0'; expected a list.")]
    [InlineData("arms: {a: {override: []}}", "a in arms of")]
    [InlineData("arms: {../a: {}}", "../a in arms of")]
    [InlineData("arms: {a: {}}\ncompare: [[a, b]]", "compare names 'b', which is no arm; the arms are a.")]
    [InlineData("arms: {a: {}}\ncompare: [a]", "expected [ARM, ARM] or [ARM RUN, ARM RUN].")]
    [InlineData("arms: {a: {}}\nseed: 2", "there is no option seed; did you mean seeds?")]
    [InlineData("arms: {a: {}}\nevaluate_on: train", "evaluate_on is the text 'train'; expected 'dev' or 'test'.")]
    public void A_mistake_is_a_sentence(string text, string expected) => Assert.Contains(
        expected, Assert.Throws<UserErrorException>(() => Read($"config_path: x\n{text}\n")).Message, StringComparison.Ordinal);

    private Study Read(string text) => StudyFile.Read(folder.File("s.yaml", text));
}
