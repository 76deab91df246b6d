using DpoSt.Text.Tokenizers.Expressions;

namespace DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

/// <summary>Cuts a stretch at its delimiters.</summary>
internal static class Cutting
{
    /// <param name="delimiters">Where the delimiters are, in order; an empty one cuts too.</param>
    /// <param name="inverts">Whether the text between them is the delimiter.</param>
    public static void Cut(Stretch stretch, List<(int Start, int End)> delimiters, Behaviour behaviour, bool inverts, List<Stretch> parts)
    {
        var runs = new List<(int Start, int End, bool IsDelimiter)>((2 * delimiters.Count) + 1);
        var last = 0;
        foreach (var (start, end) in delimiters)
        {
            if (start > last)
            {
                runs.Add((last, start, inverts));
            }

            runs.Add((start, end, !inverts));
            last = end;
        }

        if (last < stretch.Text.Length)
        {
            runs.Add((last, stretch.Text.Length, inverts));
        }

        foreach (var (start, end) in Joined(runs, behaviour))
        {
            if (end > start)
            {
                parts.Add(stretch.Slice(start, end));
            }
        }
    }

    /// <summary>Where the characters of a set are, each alone.</summary>
    public static List<(int Start, int End)> Each(Characters set, ReadOnlySpan<char> text)
    {
        var found = new List<(int, int)>();
        for (var at = 0; at < text.Length;)
        {
            var (character, units) = Characters.At(text, at);
            if (set.Has(character))
            {
                found.Add((at, at + units));
            }

            at += units;
        }

        return found;
    }

    private static IEnumerable<(int Start, int End)> Joined(List<(int Start, int End, bool IsDelimiter)> runs, Behaviour behaviour)
    {
        for (var i = 0; i < runs.Count; i++)
        {
            var (start, end, isDelimiter) = runs[i];
            switch (behaviour)
            {
                case Behaviour.Removed when isDelimiter:
                    continue;
                case Behaviour.Contiguous:
                    for (; i + 1 < runs.Count && runs[i + 1].IsDelimiter == isDelimiter; i++)
                    {
                        end = runs[i + 1].End;
                    }

                    break;
                case Behaviour.MergedWithPrevious when !isDelimiter && i + 1 < runs.Count && runs[i + 1].IsDelimiter:
                case Behaviour.MergedWithNext when isDelimiter && i + 1 < runs.Count && !runs[i + 1].IsDelimiter:
                    end = runs[++i].End;
                    break;
            }

            yield return (start, end);
        }
    }
}
