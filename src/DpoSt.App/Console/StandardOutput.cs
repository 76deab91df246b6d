using System.Runtime.InteropServices;

namespace DpoSt.App.Console;

/// <summary>Who read the results has gone, as <c>head</c> does when it has enough: the rest need not be made.</summary>
internal sealed class OutputClosedException() : Exception("standard output is closed");

/// <summary>Standard output. .NET's own stream hides that nobody reads any more, and names no place where it cannot write.</summary>
internal sealed partial class StandardOutput : Stream
{
    private const int Handle = 1;
    private const int Interrupted = 4;
    private const int BrokenPipe = 32;
    private static readonly int[] Busy = [11, 35];                // EAGAIN of Linux and of macOS

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The stream for this system.</summary>
    public static Stream Open() => OperatingSystem.IsWindows() ? System.Console.OpenStandardOutput() : new StandardOutput();

    /// <exception cref="OutputClosedException">Nobody reads.</exception>
    /// <exception cref="UserErrorException">There is no standard output, or its disk is full.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var written = Write(Handle, buffer, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (Busy.Contains(error))
            {
                Thread.Sleep(1);                                   // somebody else's choice for a pipe that is shared
            }
            else if (error != Interrupted)
            {
                throw error == BrokenPipe ? new OutputClosedException() : new UserErrorException(
                    $"the results could not be written to standard output ({Marshal.GetPInvokeErrorMessage(error)}): "
                    + "name another place for it, or free some space.");
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int handle, ReadOnlySpan<byte> buffer, nint count);
}
