using DpoSt.Tensors.Devices;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>Whether bfloat16 is multiplied in halves here: the one answer, for products, advice and <c>dpost info</c>.</summary>
internal static class HalfSwitch
{
    private const string On = "on";
    private const string Variable = "DPOST_HALF";

    /// <summary>The answer in words.</summary>
    public static string State { get; } =
        Read(HalfTile.IsSupported && Processor.HasSlowBf16, Environment.GetEnvironmentVariable(Variable));

    /// <summary>Whether they are.</summary>
    public static bool IsOn { get; } = State == On;

    /// <summary>The state of a processor that gains by halves or does not, where the variable has a value.</summary>
    internal static string Read(bool gains, string? variable) =>
        !gains ? "not on this processor" : variable == "0" ? $"off ({Variable}=0)" : On;
}
