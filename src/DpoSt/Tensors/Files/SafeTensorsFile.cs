using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Files;

/// <summary>A safetensors file, checked and mapped into memory. Tensors are views of the mapping: nothing is copied, pages are read when
/// touched, and the views are valid until the file is disposed.</summary>
internal sealed unsafe partial class SafeTensorsFile : IDisposable
{
    private readonly FileStream file;
    private readonly MemoryMappedFile mapping;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* data;
    private readonly long length;
    private readonly Dictionary<string, SafeTensorsEntry> entries;

    private SafeTensorsFile(
        string path, FileStream file, MemoryMappedFile mapping, IReadOnlyList<SafeTensorsEntry> entries,
        IReadOnlyDictionary<string, string> metadata,
        long dataStart)
    {
        (this.file, this.mapping, Path, Metadata, length) = (file, mapping, path, metadata, file.Length);
        this.entries = entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
        view = mapping.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        data = start + dataStart;
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>The header's free text, such as <c>format: pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What the file holds, by name.</summary>
    public IReadOnlyDictionary<string, SafeTensorsEntry> Entries => entries;

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="UserErrorException">It is absent, unreadable or breaks the format.</exception>
    public static SafeTensorsFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var (entries, metadata, dataStart) = SafeTensorsHeader.Read(stream, stream.Length, path);
            var mapped = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new SafeTensorsFile(path, stream, mapped, entries, metadata, dataStart);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            if (e is not (IOException or UnauthorizedAccessException))
            {
                throw;
            }

            throw new UserErrorException($"{path} cannot be read ({FileProblem.Of(path, e)}): check the path and its permissions.", e);
        }
    }

    /// <summary>The tensor as a view of the mapped file, in the dtype it was stored in.</summary>
    /// <exception cref="UserErrorException">The file has no such tensor, or its dtype is one that tensors here cannot hold.</exception>
    public Tensor View(string name)
    {
        var entry = entries.GetValueOrDefault(name) ?? throw new UserErrorException($"{Path} holds no tensor '{name}'.");
        var type = SafeTensorsType.ToScalarType(entry.DType)
            ?? throw new UserErrorException(
                $"tensor '{name}' in {Path} has dtype {entry.DType}, which cannot be computed with here: convert it to F32, F16 or BF16.");
        CheckLength();
        // A misaligned view is legal in the format; the kernels want natural alignment, so such a tensor is copied.
        var address = (nint)(data + entry.Begin);
        var alignment = Math.Max(1, (int)((entry.End - entry.Begin) / Math.Max(1, entry.Count)));
        return entry.Count == 0 || address % alignment == 0 ? Aten.FromMemory(address, entry.Shape, type) : Copied(entry, type);
    }

    /// <summary>The raw bytes of a tensor.</summary>
    internal ReadOnlySpan<byte> Bytes(string name) =>
        new(data + entries[name].Begin, checked((int)(entries[name].End - entries[name].Begin)));

    /// <summary>Gives the memory of a tensor's pages back to the system, on Linux; they are read again when touched.</summary>
    internal void Release(string name) => Advise(name, 4);             // MADV_DONTNEED

    /// <summary>Maps a tensor's pages at once, on Linux since 5.14.</summary>
    internal void Prefetch(string name)
    {
        CheckLength();
        Advise(name, 22);                                              // MADV_POPULATE_READ
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        mapping.Dispose();
        file.Dispose();
    }

    // A page that is no longer in the file ends the process when it is touched, and nothing can catch that: what can be known before is
    // told.
    private void CheckLength()
    {
        if (RandomAccess.GetLength(file.SafeFileHandle) is var now && now < length)
        {
            throw new UserErrorException(
                $"{Path} had {length} bytes when it was opened and has {now} now: another program cuts it; "
                + "let that end, or download the model again.");
        }
    }

    // Advice only saves time or memory: where it is not taken, nothing is wrong.
    private void Advise(string name, int advice)
    {
        if (OperatingSystem.IsLinux())
        {
            var page = (nint)Environment.SystemPageSize;
            var begin = (nint)(data + entries[name].Begin) / page * page;
            _ = Advise(begin, (nint)(data + entries[name].End) - begin, advice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nint length, int advice);

    private Tensor Copied(SafeTensorsEntry entry, ScalarType type)
    {
        var copy = torch.empty(entry.Shape, dtype: type);
        var bytes = entry.End - entry.Begin;
        Buffer.MemoryCopy(data + entry.Begin, (void*)Aten.DataPointer(copy), bytes, bytes);
        return copy;
    }
}
