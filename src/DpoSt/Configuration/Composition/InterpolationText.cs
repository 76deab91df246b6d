namespace DpoSt.Configuration.Composition;

/// <summary>Finds the parts of an interpolation <c>${...}</c> in a text.</summary>
internal static class InterpolationText
{
    /// <summary>The index after the brace that closes the <c>${</c> at <paramref name="start"/>, -1 where none does.</summary>
    public static int EndOf(string text, int start)
    {
        var depth = 0;
        for (var i = start; i < text.Length; i++)
        {
            depth += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (text[i] == '}' && depth == 0)
            {
                return i + 1;
            }
        }

        return -1;
    }

    /// <summary>The index of the first <paramref name="mark"/> that stands in no inner interpolation, -1 where there is none.</summary>
    public static int OutsideBraces(string text, char mark)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (text[i] == mark && depth == 0)
            {
                return i;
            }
        }

        return -1;
    }
}
