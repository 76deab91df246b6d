using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.GZip;

namespace DpoSt.Data.Readers;

/// <summary>A gzipped stream, unpacked while it is read. The library notices one that is cut off, as the runtime's own does not; but over a
/// damaged one it may stumble in its own tables, or count backwards, and that is damage too.</summary>
/// <param name="packed">What is unpacked; closed with it.</param>
internal sealed class GzippedFile(Stream packed) : ForwardStream(new GZipInputStream(packed))
{
    /// <inheritdoc/>
    /// <exception cref="IOException">It is damaged, or ends too early.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            var read = Below.Read(buffer, offset, count);
            return read >= 0 ? read : throw new IOException("the gzip data are damaged");
        }
        catch (Exception e) when (e is SharpZipBaseException or IndexOutOfRangeException or ArithmeticException or ArgumentException)
        {
            throw new IOException(e is SharpZipBaseException ? e.Message : "the gzip data are damaged", e);
        }
    }
}
