using System.Globalization;
using System.Text.Json;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

/// <summary>The commands of docs/paper-commands.md with the tiny model: files in the paper's places, results under its keys.</summary>
public sealed class PaperCommandsTests
{
    internal static string[][] Commands { get; } =
        [.. File.ReadLines(Path.Combine(SharedFolder.RepositoryRoot, "docs", "paper-commands.md"))
        .Where(l => l.StartsWith("    dpost ", StringComparison.Ordinal)).Select(ReadmeTests.Arguments)];

    [Fact]
    public void They_run_in_order_and_end_with_the_results_of_the_reference()
    {
        using var run = new TinyRun();
        Keep(run.Path("data/train.jsonl"), 8);
        Keep(run.Path("data/test.jsonl"), 4);
        var config = run.Path("exp_config/tiny/sft-0.yaml");
        // the paper has none
        File.WriteAllText(config, File.ReadAllText(config).Replace("  pool_path: data/pool.jsonl\n", "", StringComparison.Ordinal));
        RunAll(run, "tiny", Commands, "trainer.max_steps=3");

        using var document = JsonDocument.Parse(File.ReadAllText(run.Path("results/tiny.json")));
        var results = document.RootElement;
        AssertKeys(results);

        // What the files beside them say: of all k samples, pass@k is the share of the questions that one of them solves.
        Assert.Equal(Percent(Solved(run, "sft-0", 5), 8), results.GetProperty("sft-0").GetProperty("train@5").GetString());
        Assert.Equal(Percent(Solved(run, "dpo-1", 3), 8), results.GetProperty("dpo-1").GetProperty("train@3").GetString());
        Assert.Equal(
            Percent(Right(run.Path("model_outputs/tiny/sft-1/test/greedy_decode.json")).Count, 4),
            results.GetProperty("sft-1").GetProperty("test@1").GetString());
        Assert.Equal(
            Lines(run, "sft-0/train/train_dpo_processed.jsonl"), results.GetProperty("sft-0").GetProperty("generated_dpo_data").GetInt32());
        Assert.Equal(
            Lines(run, "dpo-1/train/train_rft_processed.jsonl"), results.GetProperty("dpo-1").GetProperty("generated_sft_data").GetInt32());
    }

    [Fact]
    public void They_run_with_the_papers_own_files_unmodified()
    {
        var files = SharedFolder.Path("reference-configs", "exp_config", "t5");
        using var run = new TinyRun();
        foreach (var folder in (string[])["conf", "gsm8k", "hf_models"])
        {
            Directory.CreateDirectory(run.Path(folder));
        }

        foreach (var file in Directory.EnumerateFiles(files))
        {
            File.Copy(file, run.Path($"conf/{Path.GetFileName(file)}"));
        }

        Directory.Move(run.Path("base"), run.Path("hf_models/flan-t5-large"));
        File.WriteAllLines(run.Path("gsm8k/train.jsonl"), File.ReadLines(run.Path("data/train.jsonl")).Take(6).ToArray());
        File.WriteAllLines(run.Path("gsm8k/test.jsonl"), File.ReadLines(run.Path("data/test.jsonl")).Take(3).ToArray());
        RunAll(
            run, "t5", Commands.Select(line => line.Select(a => a == "exp_config/tiny" ? "conf" : a).ToArray()), "++trainer.max_steps=2");
        using var document = JsonDocument.Parse(File.ReadAllText(run.Path("results/t5.json")));
        AssertKeys(document.RootElement);
    }

    private static void RunAll(TinyRun run, string experiment, IEnumerable<string[]> commands, string steps)
    {
        foreach (var line in commands)
        {
            if (line[0] == "make-dpo-data")
            {
                MakeSomeRight(run.Path($"model_outputs/{experiment}/sft-0/train/train_dpo_data.jsonl"));
            }

            // Enough to see that a stage does its work; the configuration's own numbers take minutes.
            var (code, output, error) = run.Run([.. line, steps, "eval.max_new_tokens=48"]);
            Assert.True(code == 0 && output.Trim().Length > 0, $"dpost {string.Join(' ', line)}: {error}");
        }
    }

    private static void AssertKeys(JsonElement results)
    {
        Assert.Equal(["sft-0", "dpo-1", "sft-1"], Names(results));
        Assert.Equal(["train@5", "train@3", "generated_dpo_data", "questions_with_pairs"], Names(results.GetProperty("sft-0")));
        Assert.Equal(
            [
                "train@3", "generated_sft_data", "gold_rationales", "own_rationales", "own_rows", "right_rationales_a_question",
            ],
            Names(results.GetProperty("dpo-1")));
        Assert.Equal(["test@1"], Names(results.GetProperty("sft-1")));
    }

    // A model of three steps solves nothing: the gold rationale of every other question stands in for a right answer.
    private static void MakeSomeRight(string path)
    {
        var questions = LabelledQuestionFile.Read(path).ToList();
        LabelledQuestionFile.Write(path, questions.Select((q, i) => i % 2 == 0 ? q with { Positives = [.. q.Positives, q.Gold!] } : q));
    }

    private static void Keep(string path, int lines) => File.WriteAllLines(path, File.ReadLines(path).Take(lines).ToArray());

    private static IEnumerable<string> Names(JsonElement map) => map.EnumerateObject().Select(p => p.Name);

    private static int Solved(TinyRun run, string name, int seeds) =>
        Enumerable.Range(0, seeds)
            .SelectMany(seed => Right(run.Path($"model_outputs/tiny/{name}/train/seed_{seed}-t_0.7.json")))
            .Distinct(StringComparer.Ordinal)
            .Count();

    private static List<string> Right(string path) =>
        [.. JsonLines.Read(path).Where(l => l.Text("verdict", "") == "correct").Select(l => l.Text("id", ""))];

    private static int Lines(TinyRun run, string name) => JsonLines.Read(run.Path($"model_outputs/tiny/{name}")).Count();

    private static string Percent(int count, int of) => (100.0 * count / of).ToString("0.0", CultureInfo.InvariantCulture);
}
