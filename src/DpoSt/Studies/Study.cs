using DpoSt.Configuration.Binding;
using DpoSt.Data.Synthetic;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using static System.FormattableString;

namespace DpoSt.Studies;

/// <summary>Ways to train that are compared, each from several seeds.</summary>
/// <param name="File">The file that describes it; all that it leaves is in the folder of that name without <c>.yaml</c>.</param>
/// <param name="Options">What is the same for all arms.</param>
/// <param name="Arms">The ways.</param>
/// <param name="Comparisons">Which rows of the table are set against each other.</param>
internal sealed record Study(string File, StudyOptions Options, IReadOnlyList<StudyArm> Arms, IReadOnlyList<StudyComparison> Comparisons)
{
    /// <summary>Its name.</summary>
    public string Name => Path.GetFileNameWithoutExtension(File);

    /// <summary>Where finished cells, the table and the picture are.</summary>
    public string Folder => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(File))!, Name);

    /// <summary>All cells, seed by seed, so that arms come forward together.</summary>
    public IReadOnlyList<StudyCell> Cells =>
        [.. Enumerable.Range(1, Options.Seeds).SelectMany(seed => Arms.Select(arm => new StudyCell(this, arm, seed)))];
}

/// <summary>What a study's file says of all arms.</summary>
internal sealed record StudyOptions
{
    /// <summary>The folder of the configurations that arms change.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>The run's file in it.</summary>
    public string ConfigName { get; init; } = "self-train";

    /// <summary>Seeds 1 to this one are tried: of the labelled problems, of training and of samples.</summary>
    [Within(1, 1000)]
    public int Seeds { get; init; } = 5;

    /// <summary><c>dev</c> to choose on, <c>test</c> to report on what was chosen.</summary>
    [OneOf("dev", "test")]
    public string EvaluateOn { get; init; } = "dev";

    /// <summary>Problems that are written for each cell; null takes the configuration's files.</summary>
    public StudyProblems? Problems { get; init; }
}

/// <summary>How many problems with several solutions are written (<see cref="VariedProblems"/>); those to evaluate on are the same for all
/// seeds.</summary>
internal sealed record StudyProblems
{
    /// <summary>With a rationale to learn from; they differ from seed to seed.</summary>
    [Within(1, 1_000_000)]
    public int Labelled { get; init; } = 1000;

    /// <summary>To choose or to report on.</summary>
    [Within(1, 100_000)]
    public int Evaluated { get; init; } = 1000;

    /// <summary>Of other kinds, evaluated beside them; 0 is none.</summary>
    [Within(0, 100_000)]
    public int OutOfDomain { get; init; }

    /// <summary>Whether stories have numbers that no solution needs.</summary>
    public bool IdleNumbers { get; init; }
}

/// <summary>A way to train.</summary>
/// <param name="Name">Its name in files and tables.</param>
/// <param name="Overrides">What it changes of the configuration, as <c>dpost run</c> takes it.</param>
/// <param name="Oracle">Further right rationales of each labelled problem that fine-tuning is given.</param>
internal sealed record StudyArm(string Name, IReadOnlyList<string> Overrides, int Oracle);

/// <summary>Two rows of the table: an arm, and which of its models (null is the last fine-tuned one).</summary>
internal sealed record StudyComparison(string FirstArm, string? FirstRun, string SecondArm, string? SecondRun);

/// <summary>An arm from one seed.</summary>
internal sealed record StudyCell(Study Study, StudyArm Arm, int Seed)
{
    /// <summary>Its name.</summary>
    public string Name => Invariant($"{Arm.Name}-{Seed}");

    /// <summary>The file that is there when it is finished.</summary>
    public string File => Path.Combine(Study.Folder, "cells", Name + ".json");

    /// <summary>The file that says who works on it.</summary>
    internal string Claim => Path.Combine(Study.Folder, "work", Name + ".claim");

    /// <summary>Where its models and answers are until it is finished.</summary>
    internal string Work => Path.Combine(Study.Folder, "work", Name);

    private static string[] Seeds => ["loop.seed", "sft.trainer.seed", "dpo.trainer.seed"];

    /// <summary>The run's configuration with the arm's changes and the seed.</summary>
    internal LoopConfiguration Configuration => new(
        HomePath.Expand(Study.Options.ConfigPath), Study.Options.ConfigName,
        [.. Arm.Overrides, .. Seeds.Select(key => Invariant($"++{key}={Seed}"))]);

    /// <summary>The run in a folder of its own, on files that <see cref="StudyData"/> lays there or on the configuration's.</summary>
    internal LoopPlan Plan(LoopConfiguration configuration)
    {
        var plan = configuration.Plan();
        var own = plan with
        {
            Folder = new ExperimentFolder(
                Name, Path.Combine(Work, "ft_models"), Path.Combine(Work, "model_outputs"), Path.Combine(Work, "results.json")),
        };
        var set = Study.Options.EvaluateOn;
        if (Study.Options.Problems is { } problems)
        {
            string[] sets = problems.OutOfDomain > 0 ? [set, "ood"] : [set];
            return own with
            {
                TrainFile = StudyData.File(Work, "train"),
                DevFile = null,
                PoolFile = null,
                TestSets = [.. sets.Select(name => KeyValuePair.Create(name, StudyData.File(Work, name)))],
            };
        }

        return set == "test" ? own : own with { TestSets = [KeyValuePair.Create(set, plan.DevFile!)] };
    }

    /// <summary>Everything that its result depends on.</summary>
    internal string Key(LoopConfiguration configuration, LoopPlan plan)
    {
        string[] files = Study.Options.Problems is null ? [plan.TrainFile, .. plan.TestSets.Select(t => t.Value), plan.PoolFile ?? ""] : [];
        return ContentKey.Of(
            new { Study.Options.Problems, Study.Options.EvaluateOn, Arm.Oracle, Seed }, configuration.CanonicalText,
            ContentKey.OfPath(plan.BaseModel), string.Join('\n', files.Select(file => ContentKey.OfPath(file))));
    }
}
