using System.Security.Cryptography;

namespace DpoSt.Hub;

/// <summary>A file as far as it has come, with the checksum of what is there. It stays on disk until it is whole and right.</summary>
internal sealed class PartialFile : IDisposable
{
    private readonly HubFile file;
    private readonly string path;
    private readonly FileStream stream;
    private IncrementalHash checksum;

    /// <summary>Opens what an earlier attempt left, or begins.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written, or another program works on the file.</exception>
    public PartialFile(HubFile file, string path)
    {
        (this.file, this.path) = (file, path);
        stream = OnDisk(() => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        checksum = file.NewChecksum();
        if (stream.Length > file.Size)
        {
            Restart();
        }

        OnDisk(AddWhatIsThere);
    }

    /// <summary>Bytes that are there.</summary>
    public long Length => stream.Length;

    /// <summary>Bytes that are still to come.</summary>
    public long Missing => file.Size - stream.Length;

    /// <summary>Forgets what is there.</summary>
    public void Restart()
    {
        OnDisk(() =>
        {
            stream.SetLength(0);
            return 0;
        });
        checksum.Dispose();
        checksum = file.NewChecksum();
    }

    /// <summary>Adds bytes at the end.</summary>
    /// <exception cref="UserErrorException">The disk is full or not writable.</exception>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        OnDisk(() =>
        {
            stream.Write(bytes.Span);
            return 0;
        });
        checksum.AppendData(bytes.Span);
    }

    /// <summary>Whether all bytes are there and are the listed ones; what is there afterwards cannot be appended to.</summary>
    public bool IsRight() => Missing == 0 && file.Matches(checksum);

    /// <summary>Puts the file in its place under its final name.</summary>
    public void MoveTo(string target) => OnDisk(() =>
    {
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        File.Move(path, target, overwrite: true);
        return 0;
    });

    public void Dispose()
    {
        stream.Dispose();
        checksum.Dispose();
    }

    private long AddWhatIsThere()
    {
        var buffer = new byte[1 << 20];
        var left = stream.Length;
        for (int read; left > 0 && (read = stream.Read(buffer)) > 0; left -= read)
        {
            checksum.AppendData(buffer.AsSpan(0, read));
        }

        return left;
    }

    private T OnDisk<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{path}: the download could not be written ({FileProblem.Of(path, e)}); free some space or set HF_HOME to another place, "
                + "then run again: what has come is kept.",
                e);
        }
    }
}
