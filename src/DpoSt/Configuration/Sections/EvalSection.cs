using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>How the next token is chosen.</summary>
internal enum EvalMode
{
    /// <summary>The most likely one.</summary>
    Greedy,

    /// <summary>A random one.</summary>
    Sampling,
}

/// <summary>The <c>eval</c> section: generation. Rows come and go one by one: there is no batch size, but <see cref="Slots"/>.</summary>
[IgnoresKeys("per_device_eval_batch_size")]
internal sealed record EvalSection
{
    /// <summary>The most tokens of an answer.</summary>
    [Within(1, Limits.Tokens)]
    public int MaxNewTokens { get; init; } = 300;

    /// <summary>Whether the calculator writes the results of the equations.</summary>
    public bool UseCalc { get; init; } = true;

    /// <summary>How the next token is chosen.</summary>
    public EvalMode Mode { get; init; }

    /// <summary>Ours: matrix products in bfloat16 while answering, as <c>trainer.bf16</c> has them while training.</summary>
    public bool Bf16 { get; init; }

    /// <summary>What <see cref="EvalMode.Sampling"/> needs.</summary>
    public SamplingSection Sampling { get; init; } = new();

    /// <summary>Ours: rows in flight at once; null is chosen automatically.</summary>
    [Within(1, Limits.Rows)]
    public int? Slots { get; init; }
}

/// <summary>The <c>eval.sampling</c> section: one sample of every question a seed.</summary>
internal sealed record SamplingSection
{
    /// <summary>What logits are divided by.</summary>
    [Within(0, AboveMinimum = true)]
    public double Temperature { get; init; } = 0.7;

    /// <summary>The first seed.</summary>
    [Within(0)]
    public int MinSeed { get; init; }

    /// <summary>The seed after the last one.</summary>
    [Within(0)]
    public int MaxSeed { get; init; } = 10;

    /// <summary>Only so many of the most likely tokens are drawn from; 0 is all.</summary>
    [Within(0)]
    public int TopK { get; init; } = 50;

    /// <summary>Only the most likely tokens that together have this probability are drawn from.</summary>
    [Within(0, 1, AboveMinimum = true)]
    public double TopP { get; init; } = 1;
}
