using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.SelfTraining;

namespace DpoSt.Tests.SelfTraining;

public sealed class SelectionCountsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Files_of_a_run_say_what_was_chosen_from_its_samples()
    {
        // Four questions, one of them of a pool; pairs of three; seven rows, of which three are gold.
        LabelledQuestionFile.Write(
            File("train_dpo_data.jsonl"),
            [.. "abcd".Select(q => new LabelledQuestion($"{q}", q == 'd' ? null : "1 #### 1", [], []))]);
        PreferencePairFile.Write(File("train_dpo_processed.jsonl"), [Pair("a"), Pair("a"), Pair("b")]);
        PreferencePairFile.Write(File("eval_dpo_processed.jsonl"), [Pair("d")]);
        RationaleFile.Write(File("train_rft_processed.jsonl"), [.. "aaabbcd".Select(q => new RationaleRow($"{q}", "#### 1"))]);
        Assert.Equal(
            new SelectionCounts("sft-0", 3, 1, 0.75, 7, 7 / 4.0, 4 / 7.0) { GoldRows = 3, OwnSamples = 4 },
            SelectionCounts.Read(folder.Root, "sft-0"));
    }

    [Fact]
    public void What_was_not_made_is_not_counted()
    {
        Assert.Null(SelectionCounts.Read(folder.Root, "sft-0"));
        LabelledQuestionFile.Write(File("train_dpo_data.jsonl"), [new LabelledQuestion("a", null, [], [])]);
        Assert.Null(SelectionCounts.Read(folder.Root, "sft-0"));
        RationaleFile.Write(File("train_rft_processed.jsonl"), []);
        Assert.Equal(
            new SelectionCounts("sft-0", null, null, null, 0, 0, null) { GoldRows = 0, OwnSamples = 0 },
            SelectionCounts.Read(folder.Root, "sft-0"));
    }

    private static PreferencePair Pair(string question) => new(question, "right", "wrong");

    private string File(string name) => folder.File($"sft-0/train/{name}");
}
