using DpoSt.Answering;
using Spectre.Console;

namespace DpoSt.App.Console;

/// <summary>A training row for people and for programs.</summary>
internal static class RowView
{
    private static readonly Style Heading = new(decoration: Decoration.Bold);

    /// <summary>What a program reads.</summary>
    public static object Json(ShownRow row) => new
    {
        row.Name,
        row.Source,
        given = row.Count(TokenPart.Given),
        scored = row.Count(TokenPart.Scored),
        cut = row.Count(TokenPart.Cut),
        tokens = row.Tokens.Select(t => new { t.Id, t.Piece, t.Text, part = t.Part.ToString().ToLowerInvariant(), special = t.IsSpecial }),
    };

    /// <summary>Its parts one after another, each with a heading, so that a file says as much as colours do.</summary>
    public static void Write(CommandConsole console, ShownRow row)
    {
        var terminal = console.Results();
        terminal.Write(new Spectre.Console.Text($"{(row.Name is { } name ? $"Of {name} the" : "The")} model is given {row.Source}.\n"));
        for (var start = 0; start < row.Tokens.Count;)
        {
            var part = row.Tokens[start].Part;
            var run = row.Tokens.Skip(start).TakeWhile(token => token.Part == part).ToList();
            terminal.Write(new Spectre.Console.Text($"{Heads(part)}, {Counted.Of(run.Count, "token")}:\n", Heading));
            foreach (var token in run)
            {
                terminal.Write(new Spectre.Console.Text(token.Text, StyleOf(token)));
            }

            terminal.Write(new Spectre.Console.Text("\n"));
            start += run.Count;
        }

        if (row.Count(TokenPart.Scored) == 0)
        {
            terminal.Write(new Spectre.Console.Text("Nothing is scored: the assistant does not speak last.\n"));
        }
    }

    private static string Heads(TokenPart part) => part switch
    {
        TokenPart.Given => "given",
        TokenPart.Scored => "scored (what it learns to write)",
        _ => "cut off (the model does not see it)",
    };

    private static Style StyleOf(ShownToken token) => new(
        token.Part switch { TokenPart.Scored => Color.Green, TokenPart.Cut => Color.Red, _ => Color.Default },
        decoration: token.IsSpecial ? Decoration.Underline : Decoration.None);
}
