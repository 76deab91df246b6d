namespace DpoSt.Models.Adapters;

/// <summary>Low-rank changes to a model's matrices (LoRA, Hu et al. 2021): W becomes W + s B A, where only A [r, K] and B [N, r] are
/// trained. Names and defaults are those of PEFT.</summary>
internal sealed record LoraOptions
{
    /// <summary>What stands for every matrix of the layers.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>The rank r.</summary>
    public int R { get; init; } = 8;

    /// <summary>What the change is multiplied by, before it is divided by r (or by its root).</summary>
    public double LoraAlpha { get; init; } = 8;

    /// <summary>The last parts of the modules' names, such as <c>q_proj</c>, or <see cref="AllLinear"/>; null takes what is usual for the
    /// family, which is query and value.</summary>
    public IReadOnlyList<string>? TargetModules { get; init; }

    /// <summary>Whether the change is divided by the root of r (Kalajdzievski 2023).</summary>
    public bool UseRslora { get; init; }

    /// <summary>
    /// Whether A begins with normal numbers of deviation 1/r and not with uniform ones, as Kaiming has it; B begins at zero.
    /// </summary>
    public bool IsGaussian { get; init; }

    /// <summary>Decides A's first numbers.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>The factor s.</summary>
    internal double Scale => LoraAlpha / (UseRslora ? Math.Sqrt(R) : R);
}
