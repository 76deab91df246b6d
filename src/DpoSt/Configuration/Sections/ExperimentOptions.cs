using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>Whose behaviour is kept where the paper's repository has a defect that changes results.</summary>
internal enum Compatibility
{
    /// <summary>The paper's method without the defects.</summary>
    None,

    /// <summary>What the paper's repository does.</summary>
    Reference,
}

/// <summary>One stage, or the whole loop, as a configuration describes it.</summary>
[IgnoresKeys("hydra")]
[OtherName("resample_every", "trainer.resample_every")]
internal sealed record ExperimentOptions
{
    /// <summary>The experiment's name: a folder of <c>model_outputs/</c> and a file of <c>results/</c>. The folder of configurations gives
    /// it where no key does.</summary>
    [FolderName]
    public required string ExpName { get; init; }

    /// <summary>How to train.</summary>
    public required TrainerSection Trainer { get; init; }

    /// <summary>What to start from.</summary>
    public required ModelSection Model { get; init; }

    /// <summary>What to read.</summary>
    public DataSection Data { get; init; } = new();

    /// <summary>How to generate.</summary>
    public EvalSection Eval { get; init; } = new();

    /// <summary>Who answers, where it is not this process.</summary>
    public GenerationSection Generation { get; init; } = new();

    /// <summary>How samples become pairs and pseudo-labels.</summary>
    public SelectionSection Selection { get; init; } = new();

    /// <summary>The whole loop; only <c>dpost run</c> reads it.</summary>
    public LoopSection Loop { get; init; } = new();

    /// <summary>Whose behaviour is kept where the paper's repository has a defect.</summary>
    public Compatibility Compat { get; init; }
}
