using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Verification;

namespace DpoSt.Tests.Answering;

public sealed class CompletionFileTests
{
    private static readonly Problem[] Twins =
    [
        new("a", "How many are there?", "There are 3. #### 3", 3),
        new("b", "How many are there?", "There are 4. #### 4", 4),
        new("pool a", "How many are left?", null, 1),
    ];

    [Fact]
    public void One_question_of_two_problems_is_judged_by_each_one_s_answer()
    {
        using var folder = new TemporaryFolder();
        var read = Read(folder.File("samples.json"), Twins.Select((p, i) => Answer(p.Id, "#### 4")));
        Assert.Equal([("a", Verdict.Wrong), ("b", Verdict.Correct), ("pool a", Verdict.Wrong)], read.Select(c => (c.ProblemId, c.Verdict)));
        Assert.All(LabelledQuestion.From(Twins, read), q => Assert.Single(q.Positives.Concat(q.Negatives)));
    }

    [Fact]
    public void Ids_that_were_given_anew_do_not_matter()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("samples.json");
        CompletionFile.Write(path, [Answer("pool a", "#### 1")], Twins);
        Assert.Equal(
            $"{path}: it has 1 samples, but the data set has 3 questions: generate the samples again for this data.",
            Assert.Throws<UserErrorException>(() => CompletionFile.Read(path, Twins, 0, Verifiers.Number)).Message);
        Assert.Equal("0", Assert.Single(CompletionFile.Read(path, [Twins[2] with { Id = "0" }], 0, Verifiers.Number)).ProblemId);
    }

    [Fact]
    public void An_answer_too_many_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("samples.json");
        var error = Assert.Throws<UserErrorException>(() => Read(path, [Answer("a", "#### 4"), Answer("a", "#### 5")]));
        Assert.StartsWith($"{path}: the question \"How many are there?\" is answered twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_verifier_changes_verdicts_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("samples.json");
        var boxed = Verifiers.Of(new VerifierOptions("boxed"));
        CompletionFile.Write(path, [.. Twins.Select(p => Completion.Of(p, 0, 7, "\\boxed{4}", Verifiers.Number))], Twins);
        var before = File.ReadAllText(path);
        Assert.False(CompletionFile.Refresh(path, CompletionFile.Read(path, Twins, 0, Verifiers.Number)));
        Assert.Equal(before, File.ReadAllText(path));

        var judged = CompletionFile.Read(path, Twins, 0, boxed);
        Assert.Equal([Verdict.Wrong, Verdict.Correct, Verdict.Wrong], judged.Select(c => c.Verdict));
        Assert.True(CompletionFile.Refresh(path, judged));
        Assert.Equal([false, true, false], CompletionFile.ReadVerdicts(path).Select(a => a.IsCorrect));
        Assert.Equal(
            before.Replace("invalid", "", StringComparison.Ordinal),
            File.ReadAllText(path).Replace("wrong", "", StringComparison.Ordinal).Replace("correct", "", StringComparison.Ordinal));
        Assert.False(CompletionFile.Refresh(path, judged));
    }

    private static IReadOnlyList<Completion> Read(string path, IEnumerable<Completion> answers)
    {
        CompletionFile.Write(path, answers, Twins);
        return CompletionFile.Read(path, Twins, 0, Verifiers.Number);
    }

    private static Completion Answer(string problem, string text) => new(problem, 0, 0, text, Verdict.Wrong);
}
