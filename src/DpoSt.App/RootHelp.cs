using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using DpoSt.App.Console;
using Spectre.Console;

namespace DpoSt.App;

/// <summary>Commands under a title; where they are resumable, an interrupted one goes on when it is called again.</summary>
internal sealed record CommandGroup(string Title, bool IsResumable, IReadOnlyList<Command> Commands);

/// <summary><c>dpost --help</c>: every command in a line, in groups, and where to begin; a command's own help is the library's.</summary>
internal sealed class RootHelp(
    CommandConsole console, RootCommand root, IReadOnlyList<CommandGroup> groups, SynchronousCommandLineAction ofCommand)
    : SynchronousCommandLineAction
{
    /// <summary>Takes the place of the help that lists all commands with everything they say about themselves.</summary>
    public static void Use(CommandConsole console, RootCommand root, IReadOnlyList<CommandGroup> groups)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new RootHelp(console, root, groups, (SynchronousCommandLineAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command != root)
        {
            return ofCommand.Invoke(parseResult);
        }

        console.Out.WriteLine($"""
            {root.Description}

            New here? dpost demo runs the whole loop in minutes and downloads nothing.

            Usage: dpost COMMAND [options]
            """);
        var results = console.Results();
        var width = groups.SelectMany(g => g.Commands).Max(c => c.Name.Length);
        foreach (var group in groups)
        {
            results.WriteLine();
            results.WriteLine(group.Title, new Style(decoration: Decoration.Bold));
            var grid = new Grid()
                .AddColumn(new GridColumn().NoWrap().Width(width + 2).PadLeft(2).PadRight(0))
                .AddColumn(new GridColumn().PadRight(0));
            foreach (var command in group.Commands)
            {
                grid.AddRow(new Spectre.Console.Text(command.Name), new Spectre.Console.Text(FirstSentence(command.Description!)));
            }

            results.Write(grid);
        }

        console.Out.WriteLine("""

            dpost COMMAND --help explains a command and shows an example. --version tells the version;
            --verbose shows where an error came from.
            """);
        return 0;
    }

    private static string FirstSentence(string description)
    {
        var text = description.ReplaceLineEndings(" ");
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? text : text[..(end + 1)];
    }
}
