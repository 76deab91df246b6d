namespace DpoSt.Runs;

/// <summary>
/// Keeps a second process away from what this one writes: an experiment, or the answers of an evaluation. The system lets go of
/// it when the process ends, however it ends; the file goes with it.
/// </summary>
internal sealed class RunLock : IDisposable
{
    // EWOULDBLOCK of Linux and of macOS, and Windows' sharing violation: what .NET passes on where another process holds a file.
    private static readonly int[] HeldErrors = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream stream;

    private RunLock(FileStream stream) => this.stream = stream;

    /// <summary>Whether a file is the lock of an experiment: its results lie beside it.</summary>
    public static bool IsOne(string file) => Path.GetFileName(file).EndsWith(".lock", StringComparison.Ordinal)
        && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file))) == "results" && new FileInfo(file).Length == 0;

    /// <summary>Takes the lock; <paramref name="option"/> is what a person changes to work elsewhere.</summary>
    /// <exception cref="UserErrorException">Another process has it, or the folder cannot be written.</exception>
    public static RunLock Take(string path, string option = "exp_name")
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }

        try
        {
            return new RunLock(new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException && !HeldErrors.Contains(e.HResult)))
        {
            throw Unwritable(path, e);
        }
        catch (IOException e)
        {
            throw new UserErrorException(
                $"{path} is held by another dpost that works there: wait until it is done, or give this one another {option}.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private static UserErrorException Unwritable(string path, Exception e) =>
        new($"{path}: the file could not be written ({FileProblem.Of(path, e)}); choose another place, then run again.", e);
}
