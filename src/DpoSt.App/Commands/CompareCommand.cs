using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Evaluation;

namespace DpoSt.App.Commands;

/// <summary><c>dpost compare</c>: whether one model is really better than another.</summary>
internal static class CompareCommand
{
    public static Command Create(CommandConsole console)
    {
        var first = CommandOption.PathArgument(
            "A", "Answers of dpost evaluate, or a folder that holds them; a run's folder of a test set as well.");
        var second = CommandOption.PathArgument("B", "The other model's answers to the same questions.");
        var json = CommandOption.Json();
        var command = new Command("compare", CommandHelp.Of(
            "Say whether two models differ on the same questions, or whether chance explains it (paired bootstrap over the questions).",
            "dpost compare model_outputs/tiny/sft-0/test model_outputs/tiny/sft-1/test")) { first, second, json };
        command.SetAction(parsed =>
        {
            var comparison = AnswerComparison.Of(parsed.GetValue(first)!, parsed.GetValue(second)!);
            console.Write(parsed.GetValue(json), comparison, () => EvaluationTables.Write(console.Results(), comparison));
        });
        return command;
    }
}
