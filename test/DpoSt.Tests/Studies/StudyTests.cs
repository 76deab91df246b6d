using DpoSt.Studies;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.Studies;

/// <summary>A whole study, as a program.</summary>
public sealed class StudyTests : IDisposable
{
    private const string Text = """
        config_path: exp_config/tiny
        seeds: 2
        problems: {labelled: 20, evaluated: 12, out_of_domain: 4}
        arms:
          gold:
            overrides: [loop.iterations=0, loop.eval_samples=0, sft.trainer.max_steps=9]
          two:
            overrides: [loop.iterations=0, loop.eval_samples=0, sft.trainer.max_steps=2]
            oracle: 2
          loop:
            overrides: [loop.iterations=1, loop.eval_samples=2, loop.pair_samples=3, loop.pseudo_label_samples=2, sft.trainer.max_steps=9,
              dpo.trainer.max_steps=2, eval.max_new_tokens=64, ++loop.baseline_samples=4, +dpo.trainer.resample_every=1]
        compare:
          - [gold, two]
          - [loop st-1, loop sft-1]
        """;

    private readonly TinyRun run = new();
    private string said = "";

    public StudyTests() => File.WriteAllText(run.Path("s.yaml"), Text);

    public void Dispose() => run.Dispose();

    [Fact]
    public void Every_cell_is_done_once_and_leaves_a_file()
    {
        File.WriteAllText(run.Path("claim"), "");
        Directory.CreateDirectory(run.Path("s/work"));
        File.Move(run.Path("claim"), run.Path("s/work/two-2.claim"));              // another process is at it
        Study();
        Assert.Contains("1 stage as in another arm of this seed: taken from there.", said, StringComparison.Ordinal);      // sft-0
        string[] cells = [.. Directory.GetFiles(run.Path("s/cells")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(["gold-1.json", "gold-2.json", "loop-1.json", "loop-2.json", "two-1.json"], cells);
        Assert.Equal(
            ["seed-2", "two-2.claim"],
            Directory.GetFileSystemEntries(run.Path("s/work")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        // What each model took, counted by hand: 20 questions, of which DPO asks each three times more behind its first step.
        var budgets = CellResult.Read(run.Path("s/cells/loop-1.json"))!.Budgets.ToDictionary(b => b.Run);
        Assert.Equal(new RunBudget("sft-0", 0, 9, 0), budgets["sft-0"]);
        Assert.Equal(new RunBudget("dpo-1", 120, 9, 2), budgets["dpo-1"]);
        Assert.Equal(new RunBudget("sft-1", 160, 18, 2), budgets["sft-1"]);
        Assert.Equal(new RunBudget("st-1", 80, 18, 0), budgets["st-1"]);

        // Only what is missing is done, and the file of the same settings has the same content, whatever interrupted its run, and whether
        // it took a stage from another arm or not.
        var before = CellResult.Read(run.Path("s/cells/loop-2.json"))!;
        var written = File.GetLastWriteTimeUtc(run.Path("s/cells/gold-1.json"));
        File.Delete(run.Path("s/cells/loop-2.json"));
        File.Delete(run.Path("s/work/two-2.claim"));
        Directory.Delete(run.Path("s/work/seed-2"), recursive: true);
        KillIn("sample dpo-1");
        var table = Study();
        Assert.Equal(written, File.GetLastWriteTimeUtc(run.Path("s/cells/gold-1.json")));
        Assert.Equal(before.Scores, CellResult.Read(run.Path("s/cells/loop-2.json"))!.Scores);
        Assert.DoesNotContain("taken from there", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(run.Path("s/work")));
        Assert.Contains("6 of 6 cells", table, StringComparison.Ordinal);
        Assert.Contains("loop sft-1 against loop st-1 on dev, 2 seeds: ", table, StringComparison.Ordinal);
        Assert.Contains("| two | sft-0 | ood | 2 | ", File.ReadAllText(run.Path("s/README.md")), StringComparison.Ordinal);
        Assert.Matches("<svg", File.ReadAllText(run.Path("s/accuracy.svg")));
        Assert.DoesNotMatch("\\d, \"", File.ReadAllText(run.Path("s/accuracy.svg")));       // browsers refuse such a list of places

        // Cells of other settings do not count.
        File.WriteAllText(run.Path("s.yaml"), Text.Replace("sft.trainer.max_steps=2", "sft.trainer.max_steps=3", StringComparison.Ordinal));
        Assert.Contains("4 of 6 cells", Study("--show"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_oracle_needs_written_problems_and_no_iterations()
    {
        File.WriteAllText(run.Path("s.yaml"), "config_path: exp_config/tiny\narms: {a: {oracle: 1}}\nproblems: {labelled: 20}\n");
        var (code, _, error) = run.Run("study", "s.yaml");
        Assert.Equal(2, code);
        Assert.Contains("the arm a asks for an oracle's rationales", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdicts_are_kept_bit_by_bit()
    {
        bool[] correct = [true, false, true, true, false, false, false, false, true, true, false];
        var score = CellScore.Of(new("sft-0", "dev", 11, 5 / 11.0, 0, 1, 0, 0, 0, 0, 0, correct));
        Assert.Equal("b0c0", score.Correct);
        Assert.Equal(correct, score.Verdicts());
    }

    private void KillIn(string stage)
    {
        using var process = run.Start("study", "s.yaml", "--threads", "1");
        while (process.StandardError.ReadLine() is { } line && !line.StartsWith(stage + " (", StringComparison.Ordinal))
        {
        }

        process.Kill();
        process.WaitForExit();
        Assert.False(File.Exists(run.Path("s/cells/loop-2.json")));
        Assert.True(File.Exists(run.Path("s/work/loop-2.claim")));
    }

    private string Study(params string[] more)
    {
        (var code, var table, said) = run.Run(["study", "s.yaml", "--threads", "1", .. more]);
        Assert.True(code == 0, said);
        return table;
    }
}
