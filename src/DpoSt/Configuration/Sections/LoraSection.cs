using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>The <c>trainer.lora</c> section: an adapter is trained in place of all weights. PEFT's names and defaults.</summary>
internal sealed record LoraSection
{
    /// <summary>The rank of the change.</summary>
    [Within(1, 4096)]
    public int R { get; init; } = 8;

    /// <summary>What the change is multiplied by, before it is divided by the rank.</summary>
    [Within(0, AboveMinimum = true)]
    public double LoraAlpha { get; init; } = 8;

    /// <summary>Dropout of what an adapter reads: only 0 is there.</summary>
    [Within(0, 1, BelowMaximum = true)]
    public double LoraDropout { get; init; }

    /// <summary>The matrices that change, such as <c>[q_proj, v_proj]</c>, or <c>all-linear</c>; null is query and value.</summary>
    public IReadOnlyList<string>? TargetModules { get; init; }

    /// <summary>Whether the change is divided by the root of the rank.</summary>
    public bool UseRslora { get; init; }

    /// <summary>How a new adapter begins: <c>true</c> is uniform, as Kaiming has it, <c>gaussian</c> normal.</summary>
    [OneOf("true", "gaussian")]
    public string InitLoraWeights { get; init; } = "true";
}
