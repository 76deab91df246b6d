namespace DpoSt;

/// <summary>A stream that is read from its beginning to its end and nothing else.</summary>
/// <param name="below">What it reads; closed with it.</param>
internal abstract class ForwardStream(Stream below) : Stream
{
    /// <summary>What it reads.</summary>
    protected Stream Below => below;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            below.Dispose();
        }

        base.Dispose(disposing);
    }
}
