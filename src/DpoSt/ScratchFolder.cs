namespace DpoSt;

/// <summary>A folder for files that nobody needs afterwards; gone when disposed. The next one removes what killed processes left.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private const string Prefix = "dpost-";
    private const string Held = "held";

    private readonly string outer = Directory.CreateTempSubdirectory(Prefix).FullName;
    private readonly FileStream held;

    /// <summary>Makes the folder.</summary>
    public ScratchFolder()
    {
        held = new FileStream(System.IO.Path.Combine(outer, Held), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Path = Directory.CreateDirectory(System.IO.Path.Combine(outer, "files")).FullName;
        RemoveAbandoned(System.IO.Path.GetTempPath());
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);              // while it is held: another process takes it for left else
        held.Dispose();
        try
        {
            Directory.Delete(outer, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process has just removed what seemed to be left.
        }
    }

    private static void RemoveAbandoned(string temporary)
    {
        foreach (var folder in Directory.EnumerateDirectories(temporary, Prefix + "*"))
        {
            try
            {
                if (File.Exists(System.IO.Path.Combine(folder, Held)) && AbandonedFile.Remove(System.IO.Path.Combine(folder, Held)))
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another process removes it too.
            }
        }
    }
}
