using DpoSt.Studies;

namespace DpoSt.Tests.Studies;

/// <summary>The studies in the repository can run: every arm's overrides fit its configuration, and what is compared is there.</summary>
public sealed class OwnStudiesTests
{
    private static readonly string Root = SharedFolder.RepositoryRoot;

    [Fact]
    public void Every_arm_of_every_study_can_run() => Assert.All(
        Directory.GetFiles(Path.Combine(Root, "studies"), "*.yaml"), file =>
        {
            var study = StudyFile.Read(file);
            study = study with { Options = study.Options with { ConfigPath = Path.Combine(Root, study.Options.ConfigPath) } };
            StudyRunner.Check(study);
            var keys = study.Cells.Select(cell => cell.Key(cell.Configuration, cell.Plan(cell.Configuration))).ToArray();
            Assert.Equal(keys.Length, keys.Distinct().Count());
        });

    [Fact]
    public void Finished_cells_are_those_of_their_studies() => Assert.All(
        Directory.GetFiles(Path.Combine(Root, "studies"), "*.json", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "cells"),
        file =>
        {
            var folder = Path.GetDirectoryName(Path.GetDirectoryName(file))!;
            var (cell, study) = (CellResult.Read(file)!, StudyFile.Read(folder + ".yaml"));
            Assert.Equal(Path.GetFileNameWithoutExtension(file), $"{cell.Arm}-{cell.Seed}");
            Assert.Contains(study.Arms, arm => arm.Name == cell.Arm);
            Assert.All(cell.Scores, score => Assert.Equal(score.Greedy, score.Verdicts().Average(right => right ? 1.0 : 0), 1e-9));
        });
}
