using DpoSt.Runs;
using DpoSt.SelfTraining;

namespace DpoSt.Studies;

/// <summary>What the arms of one seed have in common is made once: the first finished cell of a seed leaves its folder, and the others take
/// from it whatever has the options and the inputs that they ask for. Nothing of a cell depends on whether it did.</summary>
internal static class LentStages
{
    private static string PlaceOf(StudyCell cell) => Path.Combine(cell.Study.Folder, "work", $"seed-{cell.Seed}");

    /// <summary>Copies what is there already, stage by stage, into the folder of a cell; gives the number of stages.</summary>
    public static int Take(StudyCell cell, LoopPlan plan)
    {
        var place = PlaceOf(cell);
        if (!Directory.Exists(place))
        {
            return 0;
        }

        var taken = 0;
        foreach (var stage in SelfTrainingLoop.Stages(plan).Where(stage => stage.Inputs.All(input => FileSet.Exists(input.Path))))
        {
            var asked = Provenance.Of(stage.Options, stage.Inputs);
            if (stage.Outputs.All(output => !Path.Exists(output) && asked.Holds(Lent(output))))
            {
                foreach (var output in stage.Outputs)
                {
                    Copy(Lent(output), output);
                }

                taken++;
            }
        }

        return taken;

        string Lent(string output) => Path.Combine(place, Path.GetRelativePath(cell.Work, output));
    }

    /// <summary>Leaves the folder of a finished cell to the others of its seed, or removes it.</summary>
    public static void Leave(StudyCell cell)
    {
        var place = PlaceOf(cell);
        try
        {
            Directory.Move(cell.Work, place);
        }
        catch (IOException) when (Directory.Exists(place))
        {
            Directory.Delete(cell.Work, recursive: true);
        }

        if (cell.Study.Cells.Where(other => other.Seed == cell.Seed).All(other => File.Exists(other.File)))
        {
            Directory.Delete(place, recursive: true);
        }
    }

    // A folder has its record inside; that of a file follows it.
    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            AtomicFile.Write(to, stream =>
            {
                using var file = File.OpenRead(from);
                file.CopyTo(stream);
            });
            Provenance.Read(from)!.Write(to);
            return;
        }

        using var draft = new DraftFolder(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(draft.Path, Path.GetFileName(file)));
        }

        draft.MoveTo(to);
    }
}
