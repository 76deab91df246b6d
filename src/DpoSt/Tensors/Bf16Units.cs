using System.Runtime.Intrinsics.X86;

namespace DpoSt.Tensors;

/// <summary>Whether products in bfloat16 are faster here than those in fp32, as the processor's own description has it (CPUID).</summary>
internal static class Bf16Units
{
    private const int Features = 7;
    private const int Avx512Bf16 = 1 << 5;           // EAX of part 1
    private const int AmxBf16 = 1 << 22;             // EDX of part 0
    private const int Amd = 0x68747541;              // "Auth", the first letters of AMD's name

    /// <summary>
    /// With tiles (AMX) they are many times faster, and on AMD's processors with <c>avx512_bf16</c> twice as fast. Intel's run that instruction
    /// at half speed (measured: docs/benchmarks.md), and without it libraries convert back and forth.
    /// </summary>
    public static bool AreFast { get; } = X86Base.IsSupported && Look();

    private static bool Look()
    {
        var (last, vendor, _, _) = X86Base.CpuId(0, 0);
        if (last < Features)
        {
            return false;
        }

        return (X86Base.CpuId(Features, 0).Edx & AmxBf16) != 0 || (vendor == Amd && (X86Base.CpuId(Features, 1).Eax & Avx512Bf16) != 0);
    }
}
