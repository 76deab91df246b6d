using System.Text;
using DpoSt.App.Console;

namespace DpoSt.Tests.App;

public sealed class LossyWriterTests
{
    [Fact]
    public void What_nobody_takes_is_lost_and_the_rest_is_not()
    {
        using var taken = new StringWriter();
        using var writer = new LossyWriter(taken);
        writer.WriteLine("a line");
        writer.Write('c');
        Assert.Equal($"a line{Environment.NewLine}c", taken.ToString());

        using var lost = new LossyWriter(new StreamWriter(new Closed(), new UTF8Encoding(false), 1) { AutoFlush = true });
        lost.WriteLine("a line");
        lost.Write('c');
        lost.Flush();
    }

    private sealed class Closed : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Input/output error");

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("Input/output error");
    }
}
