using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DpoSt.Tensors.Devices;

namespace DpoSt.Tests;

/// <summary>Loads libtorch before any test touches TorchSharp, and keeps to two threads.</summary>
internal static partial class EngineStart
{
    [ModuleInitializer]
    internal static void Initialise()
    {
        if (OperatingSystem.IsLinux())
        {
            // Tests run side by side, each with an OpenMP team of its own: threads that spin while they wait would make all of them
            // many times slower. Read once, when libtorch is loaded, from the C library's environment, which .NET's own does not change.
            _ = SetVariable("GOMP_SPINCOUNT", "0", overwrite: 0);
            // Programs that tests start inherit .NET's.
            Environment.SetEnvironmentVariable("GOMP_SPINCOUNT", "0");
        }

        Start();
    }

    // Apart and not inlined: libtorch is loaded as soon as a method that mentions it is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Start()
    {
        CpuThreads.Use(2);
        TorchSharp.torch.random.manual_seed(0);
    }

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
