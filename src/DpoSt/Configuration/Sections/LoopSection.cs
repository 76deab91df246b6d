using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>Whose samples join those of the newest model.</summary>
internal enum EarlierSamples
{
    /// <summary>Pairs take those of earlier fine-tuned models, pseudo-labels those of earlier DPO models, as in the paper.</summary>
    SameKind,

    /// <summary>Both take those of every earlier model.</summary>
    All,

    /// <summary>None.</summary>
    None,
}

/// <summary>Which model an iteration ends with.</summary>
internal enum LoopResult
{
    /// <summary>The base fine-tuned on pseudo-labels of the DPO model, as in the paper.</summary>
    Sft,

    /// <summary>The DPO model itself, which the next iteration goes on with.</summary>
    Dpo,
}

/// <summary>The <c>loop</c> section, ours: the whole method, iteration by iteration. The defaults are the paper's.</summary>
internal sealed record LoopSection
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

    /// <summary>A larger model whose right answers the first fine-tuning learns too; null is none.</summary>
    public TeacherSection? Teacher { get; init; }

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

    /// <summary>Whose samples join those of the newest model in pairs and pseudo-labels.</summary>
    public EarlierSamples EarlierSamples { get; init; }

    /// <summary>Temperatures that the samples of training questions have in turn; null is <c>eval.sampling.temperature</c>.</summary>
    [Within(0, AboveMinimum = true)]
    public IReadOnlyList<double>? Temperatures { get; init; }

    /// <summary>Which model an iteration ends with.</summary>
    public LoopResult Result { get; init; }

    /// <summary>Samples of a question in evaluation (pass@k); 0 evaluates greedily only.</summary>
    [Within(0, Limits.Samples)]
    public int EvalSamples { get; init; } = 5;

    /// <summary>The seed of the loop; every stage derives its own.</summary>
    [Within(0)]
    public long Seed { get; init; } = 42;
}
