using System.CommandLine;
using System.Text.RegularExpressions;
using DpoSt.App;

namespace DpoSt.Tests.App;

/// <summary>What the README, the pages of docs and <c>--help</c> say can be typed, works when it is typed.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string[] Commands =
        ["demo", "run", "sft", "generate", "eval-sampling", "make-dpo-data", "dpo", "make-rft-data", "eval-greedy", "pretrain", "calc",
         "check", "data", "tokenize", "solve", "chat", "complete", "score", "show", "serve",
            "download", "upload", "merge", "export", "evaluate", "clean", "compare", "study", "bench", "validate", "plan", "report", "info",
         "doctor", "completion"];

    private static readonly string[] Readme = File.ReadAllLines(Path.Combine(SharedFolder.RepositoryRoot, "README.md"));

    private static readonly string[] Pages =
        [
            .. Directory.EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, "docs"), "*.md")
                .Append(Path.Combine(SharedFolder.RepositoryRoot, "README.md"))
        ];

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
            ["calc", "check", "info"],
            command => Assert.All(
                Examples(command),
                example => Assert.Equal((0, ""), CommandRun.Of(example) is var run ? (run.Code, run.Error) : default)));

        // What the others would read and change is there, under the names they use.
        var root = Path.Combine(SharedFolder.RepositoryRoot, "exp_config");
        string[] stages = ["sft", "generate", "eval-sampling", "make-dpo-data", "dpo", "make-rft-data", "eval-greedy", "validate"];
        var lines = stages.SelectMany(Examples).Concat(PaperCommandsTests.Commands).ToArray();
        Assert.Equal(stages.Length + PaperCommandsTests.Commands.Length, lines.Length);
        Assert.All(lines, line =>
        {
            string[] folder = line.Any(a => a == "--config-path") ? [] : ["--config-path", "exp_config/t5"];
            var arguments = line[1..]
                .Concat(folder)
                .Select(a => a.Replace("exp_config", root, StringComparison.Ordinal))
                .Prepend("validate")
                .ToArray();
            var run = CommandRun.Of(arguments);
            Assert.True((run.Code, run.Error) == (0, ""), run.Error);
        });
    }

    [Fact]
    public void The_README_has_the_commands_of_a_first_hour()
    {
        Assert.Equal(["demo"], Started(Readme).Select(line => line[0]));
        Assert.Equal(["report", "download", "plan", "run", "report"], Blocks(Readme).Select(line => line[0]));
    }

    [Fact]
    public void The_commands_of_every_page_parse() => Assert.All(Pages, page =>
    {
        var lines = File.ReadAllLines(page);
        Assert.All(Blocks(lines).Concat(Started(lines)), line => Parses(line[0], line));
        Assert.All(
            Mention().Matches(string.Join('\n', lines)).Select(m => m.Groups["command"].Value), name => Assert.Contains(name, Commands));
    });

    [Fact]
    public void Every_link_between_pages_leads_to_a_file() =>
        Assert.All(Pages.Append(Path.Combine(SharedFolder.RepositoryRoot, "CONTRIBUTING.md")), page =>
        Assert.All(Link().Matches(File.ReadAllText(page)).Select(m => m.Groups["to"].Value), to =>
            Assert.True(
                Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, to)),
                $"{Path.GetFileName(page)} names {to}, which is not there")));

    private static string[][] Examples(string command) => [.. CommandRun.Of(command, "--help").Out.Split('\n')
        .Where(l => l.Contains($"dpost {command}", StringComparison.Ordinal) && !l.Contains("[options]", StringComparison.Ordinal))
        .Select(Arguments)];

    private static void Parses(string command, string[] line)
    {
        var parsed = Cli.Root(Consoles.Silent).Parse(line, Cli.Parser);
        Assert.True(parsed.Errors.Count == 0, $"{string.Join(' ', line)}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
        Assert.Contains(
            command, ((string[])[parsed.CommandResult.Command.Name, .. parsed.CommandResult.Command.Parents.Select(p => p.Name)]));
    }

    // "echo ... | dpost tokenize --json": what follows the program's name.
    internal static string[] Arguments(string line) => Words(line[(line.IndexOf("dpost ", StringComparison.Ordinal) + "dpost ".Length)..]);

    // Lines of a block: "dpost ..." behind its alias, and the program started from its sources.
    private static IEnumerable<string[]> Blocks(string[] lines) =>
        lines.Where(l => l.StartsWith("    dpost ", StringComparison.Ordinal)).Select(Arguments);

    private static IEnumerable<string[]> Started(string[] lines) => lines
        .Where(l => l.Contains("--project src/DpoSt.App -- ", StringComparison.Ordinal))
        .Select(l => Words(l[(l.IndexOf(" -- ", StringComparison.Ordinal) + 4)..]));

    private static string[] Words(string text) => [.. Word().Matches(text).Select(m => m.Value.Trim('"'))];

    [GeneratedRegex("\"[^\"]*\"|\\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex("`dpost (?<command>[a-z][a-z-]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mention();

    // Not addresses, nor places in a page.
    [GeneratedRegex(@"\]\((?<to>[^):#]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    private static class Consoles
    {
        public static readonly DpoSt.App.Console.CommandConsole Silent = new(
            Stream.Null, TextWriter.Null, TextWriter.Null, CancellationToken.None);
    }
}
