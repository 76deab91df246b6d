using System.Diagnostics;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.Tensors.Devices;

namespace DpoSt.Studies;

/// <summary>Does the cells of a study. Several processes, on one machine or on many that share its folder, may do it at once.</summary>
internal static class StudyRunner
{
    /// <summary>Does every cell that is not finished and that nobody else works on; may be stopped at any moment.</summary>
    /// <exception cref="UserErrorException">A file is missing or broken, or an arm asks for what cannot be.</exception>
    public static void Run(Study study, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(context);
        Check(study);
        var elsewhere = 0;
        foreach (var (i, cell) in study.Cells.Index())
        {
            context.Cancel.ThrowIfCancellationRequested();
            var configuration = cell.Configuration;
            var plan = cell.Plan(configuration);
            var key = cell.Key(configuration, plan);
            if (CellResult.Read(cell.File)?.Key == key)
            {
                continue;
            }

            using var claim = CellClaim.Take(cell.Claim);
            elsewhere += claim is null ? 1 : 0;
            if (claim is null || CellResult.Read(cell.File)?.Key == key)
            {
                continue;
            }

            context.Reporter.Note($"cell {cell.Name}, {i + 1} of {study.Cells.Count}");
            Do(cell, plan, key, context);
        }

        if (elsewhere > 0)
        {
            context.Reporter.Note($"{Counted.Of(elsewhere, "cell")} of {study.Name} left to other processes that are at work.");
        }
    }

    private static void Do(StudyCell cell, LoopPlan plan, string key, RunContext context)
    {
        var started = Stopwatch.StartNew();
        if (cell.Study.Options.Problems is { } problems)
        {
            StudyData.Lay(cell, problems);
        }

        if (LentStages.Take(cell, plan) is > 0 and var taken)
        {
            context.Reporter.Note($"{Counted.Of(taken, "stage")} as in another arm of this seed: taken from there.");
        }

        var rows = SelfTrainingLoop.Run(plan, StageSelection.All, context);
        var stages = SelfTrainingLoop.Stages(plan).ToList();
        var runs = rows.Select(row => row.Run).Distinct(StringComparer.Ordinal);
        var summary = RunSummary.Read(plan.Folder.Outputs);
        var machine = MachineInfo.Read();
        new CellResult(
            cell.Arm.Name, cell.Seed, key, [.. rows.Select(CellScore.Of)],
            [.. runs.Select(run => RunBudget.Of(run, plan.Folder.Model(RunName.Parse(run)), stages))],
            Math.Round(started.Elapsed.TotalSeconds), $"{machine.Cpu}, {Counted.Of(machine.Threads, "thread")}, dpost {machine.Dpost}")
        {
            Selections = summary.Selections,
            Distances = summary.Distances,
            LogProbs = [.. summary.Trainings.Select(LogProbChange.Of).OfType<LogProbChange>()],
        }.Write(cell.File);
        LentStages.Leave(cell);
    }

    /// <summary>Composes every arm: a mistake in the last one is told before the first one works.</summary>
    /// <exception cref="UserErrorException">There is one.</exception>
    internal static void Check(Study study)
    {
        foreach (var arm in study.Arms)
        {
            var cell = new StudyCell(study, arm, 1);
            var plan = cell.Plan(cell.Configuration);
            if (arm.Oracle > 0 && (study.Options.Problems is null || plan.Iterations > 0))
            {
                throw new UserErrorException(
                    $"{study.File}: the arm {arm.Name} asks for an oracle's rationales, which only written problems have and only a "
                    + "fine-tuning without iterations takes: give the study problems, and the arm loop.iterations=0.");
            }
        }
    }
}
