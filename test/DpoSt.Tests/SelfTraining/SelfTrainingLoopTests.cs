using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpoSt.Runs;
using DpoSt.SelfTraining;

namespace DpoSt.Tests.SelfTraining;

/// <summary>The whole loop, as a program: it ends, it can be killed anywhere, and a changed option redoes what depends on it.</summary>
public sealed class SelfTrainingLoopTests
{
    private static readonly string[] AllStages =
        [
            "sft-0", "sample sft-0", "pairs dpo-1", "dpo-1", "evaluate dpo-1", "distance dpo-1",
            "sample dpo-1", "pseudo-labels dpo-1", "sft-1",
            "evaluate sft-1", "sample sft-0-more", "st-1"
        ];

    [Fact]
    public void Killed_in_every_stage_and_started_again_it_ends_with_the_same_table()
    {
        using var whole = new TinyRun();
        var (code, table, error) = whole.Run(TinyRun.Loop());
        Assert.True(code == 0, error);
        Assert.Contains("DPO-ST, iteration 1", table, StringComparison.Ordinal);

        using var broken = new TinyRun();
        foreach (var stage in AllStages)
        {
            KillIn(broken, stage);
        }

        var (again, tableAgain, errorAgain) = broken.Run(TinyRun.Loop());
        Assert.True(again == 0, errorAgain);
        Assert.Equal(table, tableAgain);
        foreach (var run in (string[])["sft-0", "dpo-1", "sft-1", "st-1"])
        {
            Assert.Equal(
                File.ReadAllBytes(whole.Path($"ft_models/tiny/{run}/model.safetensors")),
                File.ReadAllBytes(broken.Path($"ft_models/tiny/{run}/model.safetensors")));
        }
    }

    // A stage that is over before its kill comes gives it to the one behind.
    [Fact(Explicit = true)]
    public void Killed_sixty_times_over_every_stage_it_ends_with_the_same_files_and_leaves_none()
    {
        using var whole = new TinyRun();
        var (code, table, error) = whole.Run(TinyRun.Loop());
        Assert.True(code == 0, error);

        using var broken = new TinyRun();
        var random = new SplitMix64(7);
        var killed = new SortedDictionary<int, int>();
        for (var i = 0; i < 60; i++)
        {
            using var process = broken.Start(TinyRun.Loop());
            var stage = WaitForNumber(process, 1 + (i * AllNumbers / 60));
            killed[stage] = killed.GetValueOrDefault(stage) + 1;
            Thread.Sleep(random.Next(500));
            process.Kill();
            process.WaitForExit();
        }

        TestContext.Current.SendDiagnosticMessage(string.Join(", ", killed.Select(k => $"stage {k.Key}: {k.Value}")));
        var (again, tableAgain, errorAgain) = broken.Run(TinyRun.Loop());
        Assert.True(again == 0, errorAgain);
        Assert.Equal(table, tableAgain);
        Assert.Equal(Files(whole), Files(broken));
        Assert.Empty(Leftovers.Find(broken.Root));
    }

    private const int AllNumbers = 18;

    private static int WaitForNumber(System.Diagnostics.Process process, int least)
    {
        while (process.StandardError.ReadLine() is { } line)
        {
            var at = line.IndexOf(" of 18)", StringComparison.Ordinal);
            if (at > 0 && !line.EndsWith("done already", StringComparison.Ordinal)
                && int.TryParse(line[(line.LastIndexOf('(', at) + 1)..at], out var number) && number >= least)
            {
                return number;
            }
        }

        throw new InvalidOperationException($"the run ended before stage {least} began");
    }

    // Every file a run leaves, by what is in it; those that hold times and speeds by their names.
    private static string[] Files(TinyRun run) =>
        [.. Directory.GetFiles(run.Root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(run.Root, file)
                + (Path.GetFileName(file) is "metrics.jsonl" or "provenance.json" or "run.json"
                    ? "" : " " + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))))
            .Order(StringComparer.Ordinal)];

    [Fact]
    public void A_changed_option_redoes_what_depends_on_it_and_nothing_else()
    {
        using var run = new TinyRun();
        Assert.Equal(0, run.Run(TinyRun.Loop("loop.baseline=false")).Code);
        var first = Keys(run);
        var (code, _, error) = run.Run(TinyRun.Loop("loop.baseline=false", "dpo.trainer.learning_rate=3e-5"));
        Assert.Equal(0, code);
        var second = Keys(run);
        string[] changed = [.. first.Keys.Where(k => first[k] != second[k])];
        Assert.Contains("ft_models/tiny/dpo-1", changed);
        Assert.Contains("model_outputs/tiny/dpo-1/evaluation.json", changed);
        Assert.All(changed, path => Assert.Matches("/(dpo-1|sft-1)(/|$)", path));
        Assert.Matches(@"\npairs dpo-1 \(\d+ of \d+\)  done already\n", error);
        Assert.DoesNotMatch(@"\nsample dpo-1 \(\d+ of \d+\)  done already\n", error);

        // Elsewhere, and with other log lines, it is the same run.
        var moved = run.Root + "-moved";
        Directory.Move(run.Root, moved);
        using var elsewhere = run.Start(
            start => start.WorkingDirectory = moved,
            TinyRun.Loop(
                "loop.baseline=false", "dpo.trainer.learning_rate=3e-5", "sft.trainer.logging_steps=1", "dpo.trainer.logging_steps=2",
                "--dry-run"));
        var plan = elsewhere.StandardOutput.ReadToEnd();
        elsewhere.WaitForExit();
        Directory.Move(moved, run.Root);
        Assert.Equal(13, Regex.Count(plan, "done already"));
    }

    [Fact]
    public void Two_runs_in_one_folder_are_refused()
    {
        using var run = new TinyRun();
        using var first = run.Start(TinyRun.Loop());
        WaitFor(first, "sft-0");
        var (code, _, error) = run.Run(TinyRun.Loop());
        first.Kill();
        Assert.Equal(2, code);
        Assert.Contains("is held by another dpost", error, StringComparison.Ordinal);
    }

    private static void KillIn(TinyRun run, string stage)
    {
        using var process = run.Start(TinyRun.Loop());
        WaitFor(process, stage);
        process.Kill();
        process.WaitForExit();
    }

    // A stage says its name when it begins; the kill then falls somewhere within it.
    private static void WaitFor(System.Diagnostics.Process process, string stage)
    {
        while (process.StandardError.ReadLine() is { } line)
        {
            if (line.StartsWith(stage + " (", StringComparison.Ordinal) && !line.Contains("done already", StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"the run ended before stage '{stage}' began");
    }

    // What every output of a run was made from, by its path.
    private static Dictionary<string, string> Keys(TinyRun run) =>
        Directory.GetFiles(run.Root, Provenance.FileName, SearchOption.AllDirectories)
            .SelectMany(file => JsonNode.Parse(File.ReadAllText(file))!.AsObject()
                .Select(made => (
                    Path: Path.GetRelativePath(run.Root, Path.Combine(Path.GetDirectoryName(file)!, made.Key)), Made: made.Value!)))
            .ToDictionary(
                made => Path.TrimEndingDirectorySeparator(made.Path),
                made => $"{made.Made["options"]} {made.Made["inputs"]!.ToJsonString()}", StringComparer.Ordinal);
}
