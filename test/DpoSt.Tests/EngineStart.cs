using System.Runtime.CompilerServices;
using DpoSt.Tensors;

namespace DpoSt.Tests;

/// <summary>Loads libtorch before any test touches TorchSharp, and keeps to two threads.</summary>
internal static class EngineStart
{
    [ModuleInitializer]
    internal static void Initialise()
    {
        CpuThreads.Use(2);
        TorchSharp.torch.random.manual_seed(0);
    }
}
