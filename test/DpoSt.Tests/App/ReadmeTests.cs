using System.CommandLine;
using System.Text.RegularExpressions;
using DpoSt.App;

namespace DpoSt.Tests.App;

/// <summary>What the README and <c>--help</c> say can be typed, works when it is typed.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string[] Commands =
        ["demo", "run", "sft", "generate", "eval-sampling", "make-dpo-data", "dpo", "make-rft-data", "eval-greedy", "pretrain", "calc", "tokenize", "solve", "complete", "score",
            "download", "evaluate", "compare", "bench", "validate", "plan", "report", "info"];

    private static readonly string[] Readme = File.ReadAllLines(Path.Combine(SharedFolder.RepositoryRoot, "README.md"));

    private static readonly string[][] StageList = [.. Readme.Where(l => l.StartsWith("    dpost ", StringComparison.Ordinal)).Select(Arguments)];

    [Fact]
    public void Every_command_has_an_example_and_all_examples_parse()
    {
        var known = Cli.Root(Consoles.Silent).Subcommands.Select(c => c.Name).Order(StringComparer.Ordinal);
        Assert.Equal(Commands.Order(StringComparer.Ordinal), known);
        Assert.All(Commands, command =>
        {
            var examples = Examples(command);
            Assert.NotEmpty(examples);
            Assert.All(examples, example => Parses(command, example));
        });
    }

    [Fact]
    public void The_examples_that_cost_nothing_run()
    {
        Assert.All(
            ["calc", "info"],
            command => Assert.All(Examples(command), example => Assert.Equal((0, ""), CommandRun.Of(example) is var run ? (run.Code, run.Error) : default)));

        // What the others would read and change is there, under the names they use.
        var root = Path.Combine(SharedFolder.RepositoryRoot, "exp_config");
        string[] stages = ["sft", "generate", "eval-sampling", "make-dpo-data", "dpo", "make-rft-data", "eval-greedy", "validate"];
        var lines = stages.SelectMany(Examples).Concat(StageList).ToArray();
        Assert.Equal(stages.Length + StageList.Length, lines.Length);
        Assert.All(lines, line =>
        {
            string[] folder = line.Any(a => a == "--config-path") ? [] : ["--config-path", "exp_config/t5"];
            var arguments = line[1..].Concat(folder).Select(a => a.Replace("exp_config", root, StringComparison.Ordinal)).Prepend("validate").ToArray();
            var run = CommandRun.Of(arguments);
            Assert.True((run.Code, run.Error) == (0, ""), run.Error);
        });
    }

    [Fact]
    public void The_commands_of_the_README_parse()
    {
        Assert.Equal(StageList, PaperCommandsTests.Commands);
        Assert.All(StageList, line => Parses(line[0], line));
        var others = Readme.Where(l => l.Contains("--project src/DpoSt.App -- ", StringComparison.Ordinal))
            .Select(l => Words(l[(l.IndexOf(" -- ", StringComparison.Ordinal) + 4)..]))
            .ToArray();
        Assert.Equal(["demo", "run"], others.Select(o => o[0]));
        Assert.All(others, line => Parses(line[0], line));
        Assert.All(Mention().Matches(string.Join('\n', Readme)).Select(m => m.Groups["command"].Value), name => Assert.Contains(name, Commands));
    }

    private static string[][] Examples(string command) => [.. CommandRun.Of(command, "--help").Out.Split('\n')
        .Where(l => l.Contains($"dpost {command}", StringComparison.Ordinal) && !l.Contains("[options]", StringComparison.Ordinal)).Select(Arguments)];

    private static void Parses(string command, string[] line)
    {
        var parsed = Cli.Root(Consoles.Silent).Parse(line, Cli.Parser);
        Assert.True(parsed.Errors.Count == 0, $"{string.Join(' ', line)}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
        Assert.Contains(command, ((string[])[parsed.CommandResult.Command.Name, .. parsed.CommandResult.Command.Parents.Select(p => p.Name)]));
    }

    // "echo ... | dpost tokenize --json": what follows the program's name.
    internal static string[] Arguments(string line) => Words(line[(line.IndexOf("dpost ", StringComparison.Ordinal) + "dpost ".Length)..]);

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
