namespace DpoSt.Text;

/// <summary>Follows the text of one row as it is decoded and says where the calculator fires: where the row ends with an open annotation,
/// an expression and "=". Work per character is constant: only what stands since the last opener is kept, and only as much as the
/// calculator would read. Forced text may be appended like any other; it fires nothing.</summary>
internal sealed class CalculatorFollower
{
    private readonly char opener;
    private readonly int openerLength;
    private readonly char closer;
    private readonly char[] expression = new char[Calculator.MaxLength];
    private int length;
    private int openerRun;
    private bool isOpen;
    private bool endsWithEquals;

    internal CalculatorFollower(CalculatorFormat format) =>
        (opener, openerLength, closer) = (format.Opener[0], format.Opener.Length, format.Closer[0]);

    /// <summary>Appends newly decoded text. Returns the bare result ("22") where the row now ends with an open annotation's "=" and its
    /// expression has a result, else null. An equals sign with text after it fires nothing: the row has already gone on by
    /// itself.</summary>
    public string? Append(ReadOnlySpan<char> text)
    {
        endsWithEquals = false;
        foreach (var c in text)
        {
            Append(c);
        }

        return endsWithEquals && Calculator.TryEvaluate(expression.AsSpan(0, length), out var result) ? result : null;
    }

    private void Append(char c)
    {
        endsWithEquals = false;
        if (c == opener)
        {
            // A new opener replaces one still open, and "<<<" opens as "<<" does.
            openerRun++;
            isOpen = openerRun >= openerLength;
            length = 0;
            return;
        }

        openerRun = 0;
        if (!isOpen)
        {
            return;
        }

        if (c == '=')
        {
            // One chance an annotation: after "=" only its result and its closer are to come.
            endsWithEquals = true;
            isOpen = false;
        }
        else if (c == closer || c == '\n' || length == expression.Length)
        {
            isOpen = false;
        }
        else
        {
            expression[length++] = c;
        }
    }
}
