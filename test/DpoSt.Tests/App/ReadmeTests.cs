using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using DpoSt.App;
using DpoSt.Data;
using DpoSt.Data.ReferenceFormats;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

/// <summary>What the README and <c>--help</c> say can be typed, works when it is typed.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string[] Commands =
        ["demo", "run", "sft", "generate", "eval-sampling", "make-dpo-data", "dpo", "make-rft-data", "eval-greedy", "pretrain", "calc", "tokenize", "solve", "complete", "score",
            "download", "evaluate", "compare", "bench", "info"];

    // Enough to see that a stage does its work; the README's own numbers take minutes.
    private static readonly string[] Tiny = ["trainer.max_steps=3", "eval.max_new_tokens=48"];

    private static readonly string[] Readme = File.ReadAllLines(Path.Combine(SharedFolder.RepositoryRoot, "README.md"));

    private static readonly string[][] StageList = [.. Readme.Where(l => l.StartsWith("    dpost ", StringComparison.Ordinal)).Select(Arguments)];

    [Fact]
    public void Every_command_has_an_example_and_all_examples_parse()
    {
        var known = Cli.Root(Consoles.Silent).Subcommands.Select(c => c.Name).Order(StringComparer.Ordinal);
        Assert.Equal(Commands.Order(StringComparer.Ordinal), known);
        Assert.All(Commands, command =>
        {
            var help = CommandRun.Of(command, "--help").Out.Split('\n');
            var examples = help.Where(l => l.Contains($"dpost {command}", StringComparison.Ordinal) && !l.Contains("[options]", StringComparison.Ordinal)).Select(Arguments).ToArray();
            Assert.NotEmpty(examples);
            Assert.All(examples, example => Parses(command, example));
        });
    }

    [Fact]
    public void The_commands_of_the_README_parse()
    {
        Assert.Equal(11, StageList.Length);
        Assert.All(StageList, line => Parses(line[0], line));
        var others = Readme.Where(l => l.Contains("--project src/DpoSt.App -- ", StringComparison.Ordinal)).Select(l => Words(l[(l.IndexOf(" -- ", StringComparison.Ordinal) + 4)..])).ToArray();
        Assert.Equal(["demo", "run"], others.Select(o => o[0]));
        Assert.All(others, line => Parses(line[0], line));
        Assert.All(Mention().Matches(string.Join('\n', Readme)).Select(m => m.Groups["command"].Value), name => Assert.Contains(name, Commands));
    }

    [Fact]
    public void The_stages_of_the_README_run_in_order_with_the_papers_files()
    {
        using var run = new TinyRun();
        Keep(run.Path("data/train.jsonl"), 8);
        Keep(run.Path("data/test.jsonl"), 4);
        foreach (var line in StageList)
        {
            if (line[0] == "make-dpo-data")
            {
                MakeSomeRight(run.Path("model_outputs/tiny/sft-0/train/train_dpo_data.jsonl"));
            }

            var (code, output, error) = run.Run([.. line, .. Tiny]);
            Assert.True(code == 0 && output.Trim().Length > 0, $"dpost {string.Join(' ', line)}: {error}");
        }

        using var results = JsonDocument.Parse(File.ReadAllText(run.Path("results/tiny.json")));
        var keys = results.RootElement.EnumerateObject().ToDictionary(r => r.Name, r => r.Value.EnumerateObject().Select(m => m.Name).ToArray(), StringComparer.Ordinal);
        Assert.Equal(["dpo-1", "sft-0", "sft-1"], keys.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["train@1", "train@3", "train@5"], keys["sft-0"]);
        Assert.Equal(["train@1", "train@3"], keys["dpo-1"]);
        Assert.Equal(["test"], keys["sft-1"]);
        Assert.All(results.RootElement.EnumerateObject().SelectMany(r => r.Value.EnumerateObject()), m => Assert.Matches(@"^\d{1,3}\.\d$", m.Value.GetString()));
        Assert.All(
            ["sft-0/train/seed_4-t_0.7.json", "sft-0/train/train_dpo_processed.jsonl", "dpo-1/train/seed_2-t_0.7.json", "dpo-1/train/train_rft_processed.jsonl", "sft-1/test/greedy_decode.json"],
            name => Assert.NotEmpty(JsonLines.Read(run.Path($"model_outputs/tiny/{name}"))));
    }

    // A model of three steps solves nothing: the gold rationale of every other question stands in for a right answer.
    private static void MakeSomeRight(string path)
    {
        var questions = LabelledQuestionFile.Read(path).ToList();
        LabelledQuestionFile.Write(path, questions.Select((q, i) => i % 2 == 0 ? q with { Positives = [.. q.Positives, q.Gold!] } : q));
    }

    private static void Keep(string path, int lines) => File.WriteAllLines(path, File.ReadLines(path).Take(lines).ToArray());

    private static void Parses(string command, string[] line)
    {
        var parsed = Cli.Root(Consoles.Silent).Parse(line, Cli.Parser);
        Assert.True(parsed.Errors.Count == 0, $"{string.Join(' ', line)}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
        Assert.Contains(command, ((string[])[parsed.CommandResult.Command.Name, .. parsed.CommandResult.Command.Parents.Select(p => p.Name)]));
    }

    // "echo ... | dpost tokenize --json": what follows the program's name.
    private static string[] Arguments(string line) => Words(line[(line.IndexOf("dpost ", StringComparison.Ordinal) + "dpost ".Length)..]);

    private static string[] Words(string text) => [.. Word().Matches(text).Select(m => m.Value.Trim('"'))];

    [GeneratedRegex("\"[^\"]*\"|\\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex("`dpost (?<command>[a-z][a-z-]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mention();

    private static class Consoles
    {
        public static readonly DpoSt.App.Console.CommandConsole Silent = new(Stream.Null, TextWriter.Null, TextWriter.Null, CancellationToken.None);
    }
}
