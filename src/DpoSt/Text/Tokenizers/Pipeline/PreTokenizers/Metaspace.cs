namespace DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

/// <summary>Where a Metaspace puts its mark in front.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}

/// <summary>Writes spaces as a mark, puts one in front, and cuts before each.</summary>
internal sealed class Metaspace(char mark, PrependScheme scheme, bool splits) : IPreTokenizer
{
    public void Split(Stretch stretch, bool continues, List<Stretch> parts)
    {
        var marked = stretch with { Text = stretch.Text.ToString().Replace(' ', mark).AsMemory() };
        var isPrefixed = scheme == PrependScheme.Always ? !(continues && stretch.AtStart > 0)
            : scheme == PrependScheme.First && !continues && stretch.AtStart > 0;
        marked = isPrefixed && marked.Span[0] != mark ? marked.Behind(mark.ToString()) : marked;
        var start = 0;
        for (var at = 1; splits && at < marked.Text.Length; at++)
        {
            if (marked.Span[at] == mark)
            {
                parts.Add(marked.Slice(start, at));
                start = at;
            }
        }

        parts.Add(marked.Slice(start, marked.Text.Length));
    }
}
