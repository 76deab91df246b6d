using DpoSt.Generation;
using Spectre.Console;

namespace DpoSt.App.Console;

/// <summary>Shows an answer while it is written; on a terminal what the calculator wrote is green and underlined.</summary>
internal sealed class AnswerWriter(CommandConsole console, bool isShown = true)
{
    private static readonly Style Calculated = new(Color.Green, decoration: Decoration.Underline);
    private readonly IAnsiConsole terminal = console.Results();
    private readonly List<WrittenText> pieces = [];

    /// <summary>What was written, the model's and the calculator's in turn.</summary>
    public IReadOnlyList<WrittenText> Pieces => pieces;

    /// <summary>Takes the next piece.</summary>
    public void Write(WrittenText piece)
    {
        if (piece.Text.Length == 0)
        {
            return;
        }

        if (pieces is [.., var last] && last.Forced == piece.Forced)
        {
            pieces[^1] = last with { Text = last.Text + piece.Text };
        }
        else
        {
            pieces.Add(piece);
        }

        if (isShown)
        {
            terminal.Write(new Spectre.Console.Text(piece.Text, piece.Forced ? Calculated : Style.Plain));
            console.Out.Flush();
        }
    }
}
