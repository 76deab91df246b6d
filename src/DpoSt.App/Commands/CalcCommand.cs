using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Text;

namespace DpoSt.App.Commands;

/// <summary><c>dpost calc</c>: what the calculator would write into a model's text.</summary>
internal static class CalcCommand
{
    private const int ShownCharacters = 60;

    public static Command Create(CommandConsole console)
    {
        var expression = new Argument<string>("expression") { Description = "Numbers, + - * / ( ) and %; commas between thousands." };
        var command = new Command(
            "calc",
            CommandHelp.Of(
                "Evaluate arithmetic as the calculator does while a model writes: exactly, then rounded to two decimals.",
                "dpost calc \"48/2\"")) { expression };
        command.SetAction(parsed => console.Out.WriteLine(Evaluate(parsed.GetValue(expression)!)));
        return command;
    }

    private static string Evaluate(string expression) =>
        Calculator.TryEvaluate(expression, out var result)
            ? result
            : throw new UserErrorException($"'{Shown(expression)}' has no result: {Calculator.Refusal(expression)}.");

    private static string Shown(string text) => text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "...";
}
