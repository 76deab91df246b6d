using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.HalfPrecision;
using DpoSt.Tensors.Native;
using TorchSharp;

namespace DpoSt.Tensors.Devices;

/// <summary>What computes here: versions, the processor, devices and libtorch.</summary>
/// <param name="Dpost">This program's version.</param>
/// <param name="Dotnet">The runtime.</param>
/// <param name="Os">The operating system and its architecture.</param>
/// <param name="Cpu">The processor's own name, where the system tells it.</param>
/// <param name="CpuCapability">The widest vectors the runtime uses: <c>avx512</c>, <c>avx2</c>, <c>neon</c> or <c>none</c>.</param>
/// <param name="HalfProducts">Products of bf16 in halves: <c>on</c>, <c>off (DPOST_HALF=0)</c> or <c>not on this processor</c>.</param>
/// <param name="Cores">Logical processors.</param>
/// <param name="Threads">Threads libtorch computes with; zero where it is not loaded.</param>
/// <param name="Libtorch">libtorch's version, null where it could not be loaded.</param>
/// <param name="LibtorchFolder">Where it was loaded from.</param>
/// <param name="Devices">What <see cref="ComputeDevice.Parse"/> takes here.</param>
/// <param name="Problem">Why libtorch could not be loaded, else null.</param>
internal sealed record MachineInfo(
    string Dpost, string Dotnet, string Os, string Cpu, string CpuCapability, string HalfProducts, int Cores, int Threads,
    string? Libtorch, string? LibtorchFolder, IReadOnlyList<string> Devices, string? Problem)
{
    /// <summary>Looks around; a libtorch that does not load is part of the answer, not an error.</summary>
    public static MachineInfo Read()
    {
        var info = new MachineInfo(
            OwnVersion(), RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})",
            CpuName(), Capability(), HalfSwitch.State, Environment.ProcessorCount, 0, null, null, [], null);
        try
        {
            NativeLibraries.EnsureLoaded();
            return info with
            {
                Threads = torch.get_num_threads(),
                Libtorch = NativeLibraries.Version,
                LibtorchFolder = NativeLibraries.Folder,
                Devices = DeviceNames(),
            };
        }
        catch (UserErrorException e)
        {
            return info with { Problem = e.Message };
        }
    }

    private static string[] DeviceNames() =>
        ["cpu", .. Enumerable.Range(0, torch.cuda.is_available() ? torch.cuda.device_count() : 0).Select(i => $"cuda:{i}")];

    private static string OwnVersion()
    {
        var assembly = typeof(MachineInfo).Assembly;
        return assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? assembly.GetName().Version!.ToString();
    }

    private static string Capability() =>
        Avx512F.IsSupported ? "avx512" : Avx2.IsSupported ? "avx2" : AdvSimd.IsSupported ? "neon" : "none";

    private static string CpuName()
    {
        const string list = "/proc/cpuinfo";
        var line = File.Exists(list)
            ? File.ReadLines(list).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
