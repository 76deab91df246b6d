using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>The <c>loop</c> section, ours: the whole method, iteration by iteration. The defaults are the paper's.</summary>
public sealed record LoopSection
{
    /// <summary>Iterations of DPO and self-training after the warm-up.</summary>
    [Within(0, Limits.Iterations)]
    public int Iterations { get; init; } = 3;

    /// <summary>The fine-tuning stage: a configuration in the same folder, renamed for every iteration.</summary>
    public string Sft { get; init; } = "sft-0";

    /// <summary>The DPO stage: likewise.</summary>
    public string Dpo { get; init; } = "dpo-1";

    /// <summary>Optimizer steps of the warm-up, where it ends earlier than later fine-tunings: a model that knows its rows by heart samples
    /// nothing new. Null is the fine-tuning's own length.</summary>
    [Within(1)]
    public long? WarmUpSteps { get; init; }

    /// <summary>Samples of a question that pairs are made from (the paper's M).</summary>
    [Within(1, Limits.Samples)]
    public int PairSamples { get; init; } = 5;

    /// <summary>Samples of a question that pseudo-labels are made from (the paper's K).</summary>
    [Within(1, Limits.Samples)]
    public int PseudoLabelSamples { get; init; } = 3;

    /// <summary>Whether to run self-training without DPO too, to compare with.</summary>
    public bool Baseline { get; init; } = true;

    /// <summary>Samples of a question, each iteration, that self-training without DPO makes pseudo-labels from; null is those of both kinds
    /// together (the paper's comparison has its K here).</summary>
    [Within(1, Limits.Samples)]
    public int? BaselineSamples { get; init; }

    /// <summary>Samples of a question in evaluation (pass@k); 0 evaluates greedily only.</summary>
    [Within(0, Limits.Samples)]
    public int EvalSamples { get; init; } = 5;

    /// <summary>The seed of the loop; every stage derives its own.</summary>
    [Within(0)]
    public long Seed { get; init; } = 42;
}
