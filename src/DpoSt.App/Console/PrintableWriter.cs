using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DpoSt.App.Console;

/// <summary>The one way to a terminal: what a model, a hub or a file says is shown, and commands it to nothing
/// (<see cref="Shown.Printable"/>). JSON stays what it is, for its escapes are these.</summary>
internal sealed class PrintableWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Where it writes: for who colours and moves the cursor, and shows texts through <see cref="PrintableText"/>.</summary>
    public TextWriter Inner => inner;

    public override void Write(char value) => inner.Write(Shown.Printable(value.ToString()));

    public override void Write(string? value) => inner.Write(value is null ? null : Shown.Printable(value));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void WriteLine() => inner.WriteLine();

    public override void WriteLine(string? value) => inner.WriteLine(value is null ? null : Shown.Printable(value));

    public override void Flush() => inner.Flush();
}

/// <summary>Makes the texts of everything that is drawn printable; colours and the cursor's moves are the library's own.</summary>
internal sealed class PrintableText : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(drawn => new Texts(drawn));

    private sealed class Texts(IRenderable drawn) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => drawn.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => drawn.Render(options, maxWidth).Select(segment =>
            segment.IsControlCode || Shown.Printable(segment.Text) is var text && text == segment.Text
                ? segment : new Segment(text, segment.Style));
    }
}
