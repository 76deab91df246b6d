using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.App.Report;
using DpoSt.SelfTraining;

namespace DpoSt.App.Commands;

/// <summary><c>dpost report</c>: a run on one page.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandConsole console)
    {
        var folder = CommandOption.PathArgument("RUN", "The folder of a run: model_outputs/EXPERIMENT.");
        var output = CommandOption.Of<string>(
            "--output", "Where the page goes; report.html in the run's folder unless told otherwise.", "FILE");
        var command = new Command("report", CommandHelp.Of(
            "Write what a run has come to into one HTML page: curves of training, accuracy beside the paper's, pass@k, pairs, "
            + "pseudo-labels, answers.",
            "dpost report model_outputs/t5")) { folder, output };
        command.SetAction(parsed =>
        {
            var run = RunSummary.Read(parsed.GetValue(folder)!);
            var path = parsed.GetValue(output) ?? Path.Combine(parsed.GetValue(folder)!, "report.html");
            if (File.Exists(path) && Path.GetExtension(path) is not (".html" or ".htm"))
            {
                throw new UserErrorException($"--output {path} is a file that is there and not a page (.html): name another.");
            }

            AtomicFile.WriteAllText(path, ReportPage.Html(run));
            console.Out.WriteLine(path);
        });
        return command;
    }
}
