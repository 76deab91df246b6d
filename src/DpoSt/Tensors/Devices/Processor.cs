using System.Runtime.Intrinsics.X86;

namespace DpoSt.Tensors.Devices;

/// <summary>What the processor says of itself (CPUID), as far as it decides which kernels are fast on it.</summary>
internal static class Processor
{
    private const int Features = 7;
    private const int Avx512Bf16 = 1 << 5;           // EAX of part 1
    private const int AmxBf16 = 1 << 22;             // EDX of part 0
    private const int Avx512Fp16 = 1 << 23;          // EDX of part 0
    private const int Amd = 0x68747541;              // "Auth", the first letters of "AuthenticAMD"
    private const int Intel = 0x756E6547;            // "Genu", of "GenuineIntel"

    /// <summary>Whether Intel made it: its own BLAS (MKL, in libtorch) is the fastest there, and at under half speed on others.</summary>
    public static bool IsIntel { get; } = Vendor == Intel;

    /// <summary>Whether products in bfloat16 are faster than those in fp32: with tiles (AMX) many times, on AMD's processors with
    /// <c>avx512_bf16</c> twice. Intel's run that instruction at half speed (measured: docs/benchmarks.md), and without it libraries
    /// convert back and forth.</summary>
    public static bool HasFastBf16 { get; } =
        (Has(0, id => id.Edx & AmxBf16) && OneDnnMay("AMX")) || (Vendor == Amd && Has(1, id => id.Eax & Avx512Bf16) && OneDnnMay("AVX512"));

    /// <summary>Whether oneDNN packs weights in bfloat16 here: it needs AVX-512.</summary>
    public static bool PacksBf16 { get; } = Avx512BW.IsSupported && OneDnnMay("AVX512");

    /// <summary>Whether products in bfloat16 are known to be slower here than those in fp32.</summary>
    public static bool HasSlowBf16 => X86Base.IsSupported && !HasFastBf16;

    /// <summary>Whether it computes in half precision, at twice the rate of fp32.</summary>
    public static bool HasHalf { get; } = Has(0, id => id.Edx & Avx512Fp16);

    // oneDNN may be told to leave out instructions that the processor has, and then refuses what needs them.
    private static bool OneDnnMay(string instructions) => (Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA")
        ?? Environment.GetEnvironmentVariable("DNNL_MAX_CPU_ISA")) is not { Length: > 0 } limit
        || limit.Contains(instructions, StringComparison.OrdinalIgnoreCase) || limit.Contains("AVX10", StringComparison.OrdinalIgnoreCase)
        || limit.Equals("DEFAULT", StringComparison.OrdinalIgnoreCase) || limit.Equals("ALL", StringComparison.OrdinalIgnoreCase);

    private static int Vendor => X86Base.IsSupported ? X86Base.CpuId(0, 0).Ebx : 0;

    private static bool Has(int part, Func<(int Eax, int Ebx, int Ecx, int Edx), int> bit) =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= Features && bit(X86Base.CpuId(Features, part)) != 0;
}
