using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using DpoSt.App.Commands;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Commands.Bench;
using DpoSt.App.Commands.Completion;
using DpoSt.App.Commands.Transfer;
using DpoSt.App.Console;
using DpoSt.App.Serve;

namespace DpoSt.App;

/// <summary>The command line: parses, runs a command, and turns whatever goes wrong into one sentence and an exit code.</summary>
internal static class Cli
{
    public const int Failure = 1;
    public const int UserError = 2;
    public const int Interrupted = 130;

    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Show the stack trace of an error.", Recursive = true };

    // An argument "@x" is an argument: response files would let data name files to read.
    internal static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs the program with these arguments; gives its exit code. Never throws.</summary>
    public static int Run(string[] args, CommandConsole console)
    {
        var (verbose, interrupted) = (false, "Interrupted.");
        try
        {
            var groups = Groups(console);
            string[] words = args is [] ? ["--help"] : args is ["help", .. var of] ? [.. of, "--help"] : args;
            var parsed = Root(console, groups).Parse(words, Parser);
            var given = parsed.CommandResult.Children.OfType<OptionResult>().ToList();
            verbose = parsed.GetValue(Verbose);
            if (groups.Any(g => g.IsResumable && g.Commands.Contains(parsed.CommandResult.Command)))
            {
                var fresh = given.Exists(o => o is { Implicit: false, Option.Name: CommandOption.FreshName });
                var without = fresh ? $" without {CommandOption.FreshName}" : "";
                interrupted = $"Interrupted. What is done is saved: the same command{without} goes on from there.";
            }

            if (given.FirstOrDefault(o => o.Tokens.Any(t => t.Value.Length == 0)) is { } empty)
            {
                throw new UserErrorException(
                    $"{empty.Option.Name} is empty; give it a value, or leave it out; see {CommandName(parsed)} --help.");
            }

            return IsMistaken(parsed)
                ? throw new UserErrorException($"{CommandLineMistake.Describe(parsed)}; see {CommandName(parsed)} --help.")
                : parsed.Invoke(new InvocationConfiguration
                {
                    Output = console.Out,
                    Error = console.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                });
        }
        catch (Exception e)
        {
            return Report(e, verbose, interrupted, console);
        }
    }

    // Asked for the help of an unknown command, the parser would give that of the one above. Completion reads unfinished lines.
    private static bool IsMistaken(ParseResult parsed) =>
        parsed.Errors.Count > 0 && (parsed.Action is ParseErrorAction || (parsed.Action is RootHelp && parsed.UnmatchedTokens.Count > 0));

    internal static RootCommand Root(CommandConsole console) => Root(console, Groups(console));

    private static RootCommand Root(CommandConsole console, IReadOnlyList<CommandGroup> groups)
    {
        const string what = "Trains small language models to reason on their own verified answers (DPO-augmented self-training).";
        var root = new RootCommand(what) { Verbose };
        foreach (var command in groups.SelectMany(g => g.Commands))
        {
            root.Add(command);
        }

        RootHelp.Use(console, root, groups);
        return root;
    }

    private static IReadOnlyList<CommandGroup> Groups(CommandConsole console) =>
    [
        new("The whole loop", true, [DemoCommand.Create(console), RunCommand.Create(console)]),
        new("Its stages, one by one", true, [.. StageCommands.Create(console)]),
        new("Before and after a run", false, [ValidateCommand.Create(console), PlanCommand.Create(console), ReportCommand.Create(console)]),
        new("How good a model is", true, [EvaluateCommand.Create(console), CompareCommand.Create(console), StudyCommand.Create(console)]),
        new(
            "Models and their answers", false,
            [
                SolveCommand.Create(console), ChatCommand.Create(console), CompleteCommand.Create(console), ScoreCommand.Create(console),
                ShowCommand.Create(console), ServeCommand.Create(console),
            ]),
        new("Where models come from and go to", true,
            [
                DownloadCommand.Create(console), UploadCommand.Create(console), PretrainCommand.Create(console),
                MergeCommand.Create(console), ExportCommand.Create(console),
            ]),
        new(
            "Tools", false,
            [
                CalcCommand.Create(console), CheckCommand.Create(console), DataCommand.Create(console), TokenizeCommand.Create(console),
                BenchCommand.Create(console), DoctorCommand.Create(console), InfoCommand.Create(console), CleanCommand.Create(console),
                CompletionScriptCommand.Create(console, () => Root(console)),
            ]),
    ];

    private static int Report(Exception error, bool verbose, string interrupted, CommandConsole console)
    {
        var (sentence, code) = Cause(error) switch
        {
            UserErrorException mistake => (mistake.Message, UserError),
            OperationCanceledException when console.Cancel.IsCancellationRequested => (interrupted, Interrupted),
            OutputClosedException => ("", 0),
            IOException or UnauthorizedAccessException => ($"reading or writing failed: {error.Message.TrimEnd('.')}.", UserError),
            var other => ($"dpost failed: {other.Message.Split('\n')[0].TrimEnd('.', '\r')}; run it with --verbose to see where.", Failure),
        };
        if (code != 0)
        {
            console.Error.WriteLine(Shown.Printable(Shown.Brief(sentence)));
        }

        if (verbose)
        {
            console.Error.WriteLine(Shown.Printable(error.ToString()));
        }

        return code;
    }

    // Libraries wrap what a type initializer or a task threw: the sentence for the user may be inside.
    private static Exception Cause(Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is UserErrorException or OperationCanceledException or OutputClosedException)
            {
                return inner;
            }
        }

        return error;
    }

    // With the commands it stands under: dpost bench train.
    private static string CommandName(ParseResult parsed)
    {
        var name = "";
        for (var result = parsed.CommandResult; result.Command is not RootCommand; result = (CommandResult)result.Parent!)
        {
            name = $" {result.Command.Name}{name}";
        }

        return $"dpost{name}";
    }
}
