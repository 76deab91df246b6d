using System.Text;

namespace DpoSt.App.Console;

/// <summary>
/// Standard error as far as there is one: what a closed terminal, a full disk or a reader that has gone does not take is lost.
/// Nobody reads it, and the work, perhaps with a model to write, must not end for it.
/// </summary>
internal sealed class LossyWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Flush() => Try(inner.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Lost.
        }
    }
}
