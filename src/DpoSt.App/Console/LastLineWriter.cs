using System.Text;

namespace DpoSt.App.Console;

/// <summary>Keeps the last line that is written: all that is of interest of a rank that only its job listens to.</summary>
internal sealed class LastLineWriter : TextWriter
{
    private readonly StringBuilder line = new();

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The last line that is not empty.</summary>
    public string Last { get; private set; } = "";

    public override void Write(char value)
    {
        if (value != '\n')
        {
            line.Append(value);
        }
        else if (line.Length > 0)
        {
            Last = line.ToString();
            line.Clear();
        }
    }
}
