namespace DpoSt;

/// <summary>A folder for files that nobody needs afterwards; gone when disposed.</summary>
public sealed class ScratchFolder : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("dpost-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
