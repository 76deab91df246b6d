using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.SelfTraining;

namespace DpoSt.App.Commands;

/// <summary><c>dpost clean</c>: what killed processes left.</summary>
internal static class CleanCommand
{
    public static Command Create(CommandConsole console)
    {
        var folder = CommandOption.PathArgument("FOLDER", "Where dpost worked, or a folder above it; the hub's cache.");
        var dryRun = CommandOption.Of<bool>("--dry-run", "Say what would be removed; remove nothing.");
        var command = new Command("clean", CommandHelp.Of(
            "Remove what killed processes left and no command goes on from: unfinished files and models, resume states of models that are "
            + "done, half downloads. What a running dpost holds is left alone.",
            "dpost clean . --dry-run",
            "dpost clean ft_models/t5")) { folder, dryRun };
        command.SetAction(parsed => Clean(console, parsed.GetValue(folder)!, parsed.GetValue(dryRun)));
        return command;
    }

    private static void Clean(CommandConsole console, string folder, bool dryRun)
    {
        var found = Leftovers.Find(folder);
        var gone = new List<Leftover>();
        foreach (var leftover in found)
        {
            console.Cancel.ThrowIfCancellationRequested();
            var isRemoved = leftover.Kept is null && (dryRun || Leftovers.Remove(leftover));
            if (isRemoved)
            {
                gone.Add(leftover);
            }

            var kept = isRemoved ? "" : $"; kept: {leftover.Kept ?? "it could not be removed"}";
            console.Out.WriteLine($"{Bytes.Text(leftover.Bytes),9}  {Shown.Path(leftover.Path)}: {leftover.What}{kept}");
        }

        var sum = $"{Counted.Of(gone.Count, "leftover")}, {Bytes.Text(gone.Sum(leftover => leftover.Bytes))}";
        console.Out.WriteLine(
            gone.Count == 0 ? $"{Shown.Path(folder)}: nothing to remove"
            : dryRun ? $"{sum}: dpost clean {Shown.Path(folder)} removes {(gone.Count == 1 ? "it" : "them")}"
            : $"removed {sum}");
    }
}
