namespace DpoSt.Models.Costs;

/// <summary>Bytes of what models keep, a number or a row.</summary>
internal static class CostUnits
{
    /// <summary>A number in fp32.</summary>
    public const long Fp32Bytes = sizeof(float);

    /// <summary>An index, or a key of dropout.</summary>
    public const long IndexBytes = sizeof(long);

    /// <summary>What a norm keeps of a row: the reciprocal root, in fp64.</summary>
    public const long NormBytes = sizeof(double);

    /// <summary>A number in the type of matrix products.</summary>
    public static long ProductBytes(bool bf16) => bf16 ? 2 : Fp32Bytes;
}
