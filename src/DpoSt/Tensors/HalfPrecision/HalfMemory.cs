using System.Runtime.InteropServices;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>Memory of a kernel, aligned to lines of the cache and not cleared.</summary>
internal sealed unsafe class HalfMemory<T>(nint count) : IDisposable
    where T : unmanaged
{
    private const int Line = 64;

    /// <summary>Where it begins.</summary>
    public T* Start { get; } = (T*)NativeMemory.AlignedAlloc((nuint)(count * sizeof(T)), Line);

    public void Dispose() => NativeMemory.AlignedFree(Start);
}
