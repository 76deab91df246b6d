namespace DpoSt.App.Console;

/// <summary>Standard input that Ctrl-C interrupts: a read that waits for a person, or for another program, ends as cancelled.</summary>
internal sealed class InterruptibleInput(Stream input, CancellationToken cancel) : ForwardStream(input)
{
    public override int Read(byte[] buffer, int offset, int count)
    {
        // A system call that waits cannot be called off: the one who waits for it can.
        var reading = Task.Run(() => Below.Read(buffer, offset, count), CancellationToken.None);
        reading.Wait(cancel);
        return reading.GetAwaiter().GetResult();
    }
}
