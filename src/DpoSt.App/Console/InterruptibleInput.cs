namespace DpoSt.App.Console;

/// <summary>Standard input that Ctrl-C interrupts: a read that waits for a person, or for another program, ends as cancelled.</summary>
internal sealed class InterruptibleInput(Stream input, CancellationToken cancel) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        // A system call that waits cannot be called off: the one who waits for it can.
        var reading = Task.Run(() => input.Read(buffer, offset, count), CancellationToken.None);
        reading.Wait(cancel);
        return reading.GetAwaiter().GetResult();
    }

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
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}
