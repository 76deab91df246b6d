namespace DpoSt;

/// <summary>A temporary folder beside the place where something is to appear, gone when disposed.</summary>
internal sealed class DraftFolder : IDisposable
{
    /// <summary>Makes the folder, on the same disk as <paramref name="target"/>.</summary>
    public DraftFolder(string target)
    {
        var full = System.IO.Path.GetFullPath(target);
        var parent = System.IO.Path.GetDirectoryName(full)!;
        try
        {
            Path = Directory.CreateDirectory(System.IO.Path.Combine(parent, $".{System.IO.Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp")).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{full}: nothing can be written there ({FileProblem.InFolder(e)}); free some space or choose another place, then run again.", e);
        }
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Puts the folder in the place of <paramref name="target"/>, whole; what stood there is gone.</summary>
    public void MoveTo(string target)
    {
        if (Directory.Exists(target))
        {
            // The old folder steps aside first: a rename is one moment, a recursive delete is not.
            var old = Path + ".old";
            Directory.Move(target, old);
            Directory.Move(Path, target);
            Directory.Delete(old, recursive: true);
        }
        else
        {
            Directory.Move(Path, target);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
