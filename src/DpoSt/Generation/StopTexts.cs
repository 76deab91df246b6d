using System.Text;

namespace DpoSt.Generation;

/// <summary>Looks for stop texts in a text that grows, and holds back what may turn out to be the beginning of one.</summary>
internal sealed class StopTexts(IReadOnlyList<string> stops)
{
    private readonly StringBuilder held = new();

    /// <summary>Whether one was found.</summary>
    public bool Found { get; private set; }

    /// <summary>Takes the next piece; gives what is certainly before any stop text.</summary>
    public string Append(string piece)
    {
        if (stops.Count == 0 || Found)
        {
            return Found ? "" : piece;
        }

        var text = held.Append(piece).ToString();
        held.Clear();
        var first = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        if (first >= 0)
        {
            Found = true;
            return text[..first];
        }

        var kept = stops.Max(stop => Overlap(text, stop));
        held.Append(text, text.Length - kept, kept);
        return text[..^kept];
    }

    /// <summary>What is held back when no more text comes.</summary>
    public string Flush()
    {
        var rest = held.ToString();
        held.Clear();
        return rest;
    }

    // How many characters at a text's end begin a stop text.
    private static int Overlap(string text, string stop)
    {
        for (var length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
