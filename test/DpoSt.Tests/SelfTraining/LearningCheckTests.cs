using DpoSt.Data;
using DpoSt.Evaluation;
using DpoSt.Runs;
using DpoSt.SelfTraining;

namespace DpoSt.Tests.SelfTraining;

public sealed class LearningCheckTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0, "no sample was right")]
    [InlineData(3, "the 3 right samples repeat gold rationales, or the cap a question leaves them out")]
    public void Rows_without_a_rationale_of_the_models_own_have_a_likely_cause(int right, string cause) => Assert.StartsWith(
        $"pseudo-labels of dpo-1: no rationale is the models' own, so the next fine-tuning learns nothing new: {cause}",
        LearningCheck.NoOwnRationale("dpo-1", [new("q", "g", [.. Enumerable.Repeat("r", right)], [])]), StringComparison.Ordinal);

    [Theory]
    [InlineData(0.05, true, true, null)]
    [InlineData(0.049, true, false, "100 % of the questions were never answered wrong")]
    [InlineData(0.01, false, true, "100 % of the questions were never answered right")]
    [InlineData(0, true, true, "right and wrong answers are too alike")]
    public void Pairs_of_few_questions_have_one_too(double share, bool right, bool wrong, string? cause)
    {
        var question = new LabelledQuestion("q", null, right ? ["r"] : [], wrong ? ["w"] : []);
        var said = LearningCheck.FewPairs("sft-0", share, [question, question]);
        if (cause is null)
        {
            Assert.Null(said);
            return;
        }

        Assert.StartsWith("pairs of sft-0: they come from ", said, StringComparison.Ordinal);
        Assert.Contains(cause, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, "every sample is right")]
    [InlineData(false, true, "no sample is right")]
    [InlineData(true, true, "right and wrong ones are of different questions, or too alike")]
    public void Questions_without_pairs_have_a_cause(bool right, bool wrong, string cause) => Assert.StartsWith(
        cause, LearningCheck.WithoutPair([new("q", null, right ? ["r"] : [], wrong ? ["w"] : [])]), StringComparison.Ordinal);

    [Theory]
    [InlineData("sft-0", null)]
    [InlineData("dpo-1", "sft-0")]
    [InlineData("sft-2", "sft-1")]
    [InlineData("dpo-3", "sft-2")]
    [InlineData("st-1", "sft-0")]
    [InlineData("st-2", "st-1")]
    [InlineData("mine", null)]
    public void A_model_is_to_be_better_than_the_one_it_comes_from(string run, string? before) =>
        Assert.Equal(before, LearningCheck.Before(RunName.Parse(run))?.Text);

    [Fact]
    public void A_fallen_accuracy_is_said_with_what_is_known_of_chance()
    {
        var (before, after) = (Row("sft-0", 100), Row("dpo-1", 20));
        Assert.StartsWith(
            "dpo-1 answers fewer questions of test than sft-0: 20.0 % after 100.0 % (worse): preference tuning may have gone too far",
            LearningCheck.Fell(after, before), StringComparison.Ordinal);
        Assert.Null(LearningCheck.Fell(before, before));
        Assert.Null(LearningCheck.Fell(after, null));
        Assert.Contains("(no clear difference)", LearningCheck.Fell(Row("sft-1", 99), before), StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_weights_are_known_by_their_content()
    {
        foreach (var (run, weights) in new[] { ("sft-0", "a"), ("dpo-1", "a"), ("sft-1", "b") })
        {
            AtomicFile.WriteAllText(folder.File($"{run}/model.safetensors"), weights);
            AtomicFile.WriteAllText(folder.File($"{run}/config.json"), run);
            Provenance.Of(run, []).Write(folder.File(run));
        }

        string? Said(string run) => LearningCheck.SameWeights(RunName.Parse(run), name => folder.File(name.Text));
        Assert.StartsWith("dpo-1 has the very weights of sft-0, so nothing was learnt", Said("dpo-1"), StringComparison.Ordinal);
        Assert.Null(Said("sft-0"));
        Assert.Null(Said("sft-1"));
        Assert.Null(Said("sft-2"));
    }

    private static EvaluationRow Row(string run, int right) => new(
        run, "test", 100, right / 100.0, 0, 1, 0, null, null, null, 0, [.. Enumerable.Range(0, 100).Select(i => i < right)]);
}
