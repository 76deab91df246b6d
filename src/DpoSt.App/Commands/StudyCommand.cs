using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.App.Report;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Studies;

namespace DpoSt.App.Commands;

/// <summary><c>dpost study</c>: arms by seeds.</summary>
internal static class StudyCommand
{
    public static Command Create(CommandConsole console)
    {
        var file = CommandOption.PathArgument("FILE", "The study: its configuration, seeds, arms and comparisons.");
        var show = CommandOption.Of<bool>("--show", "Run nothing: show what the finished cells say.");
        var command = new Command("study", CommandHelp.Of("""
            Compare ways to train: each arm from several seeds, each a whole run.
            A finished cell is a small file in the study's folder, beside its table and picture. Interrupted, the same command goes on;
            several processes may work on one study, on machines that share its folder.
            """,
            "dpost study studies/oracle.yaml",
            "dpost study studies/oracle.yaml --show")) { file, show };
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            var study = StudyFile.Read(parsed.GetValue(file)!);
            if (!parsed.GetValue(show))
            {
                var place = device.Device(parsed);
                StageProgress.Watch(console, reporter =>
                {
                    StudyRunner.Run(study, new RunContext(place, new SingleProcess(), reporter, console.Cancel));
                    return 0;
                });
            }

            var summary = StudySummary.Read(study);
            StudyView.Write(console.Results(), summary);
            if (summary.Finished > 0)
            {
                AtomicFile.WriteAllText(Path.Combine(study.Folder, "README.md"), StudyMarkdown.Page(summary));
                AtomicFile.WriteAllText(Path.Combine(study.Folder, "accuracy.svg"), StudyPicture.Svg(summary));
            }
        });
        return command;
    }
}
