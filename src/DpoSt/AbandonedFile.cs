namespace DpoSt;

/// <summary>Files that a process held until it was killed: the system lets go of its locks, so that whoever can lock them knows.</summary>
internal static class AbandonedFile
{
    /// <summary>Whether a process has the file open so that others may not write it, or nobody may tell.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            using var _ = Hold(path);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Removes a file unless somebody holds it.</summary>
    /// <returns>Whether it is gone.</returns>
    public static bool Remove(string path)
    {
        try
        {
            using (Hold(path))
            {
                File.Delete(path);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return !File.Exists(path);
        }
    }

    private static FileStream Hold(string path) => new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
}
