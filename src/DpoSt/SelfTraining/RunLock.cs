namespace DpoSt.SelfTraining;

/// <summary>Keeps a second run out of a folder. The system lets go of it when the process ends, however it ends.</summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream stream;

    private RunLock(FileStream stream) => this.stream = stream;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="UserErrorException">Another process has it.</exception>
    public static RunLock Take(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new RunLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new UserErrorException($"{path} is held by another run: wait until it is done, or give this one another exp_name.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
