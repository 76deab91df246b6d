using System.Text;

namespace DpoSt.Generation;

/// <summary>Looks for stop texts in a text that grows, and holds back what may turn out to be the beginning of one.</summary>
internal sealed class StopTexts(IReadOnlyList<string> stops)
{
    private readonly StringBuilder held = new();

    /// <summary>The one that was found; null until then.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes the next piece; gives what is certainly before any stop text.</summary>
    public string Append(string piece)
    {
        if (stops.Count == 0 || Found is not null)
        {
            return Found is null ? piece : "";
        }

        var text = held.Append(piece).ToString();
        held.Clear();
        var first = stops.Select(stop => (At: text.IndexOf(stop, StringComparison.Ordinal), Stop: stop)).Where(found => found.At >= 0)
            .OrderBy(found => found.At).FirstOrDefault();
        if (first.Stop is not null)
        {
            Found = first.Stop;
            return text[..first.At];
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
