namespace DpoSt.Verification;

/// <summary>The last <c>\boxed{...}</c> or <c>\fbox{...}</c> of a text.</summary>
/// <param name="Content">What is in it; null where the text ends before its brace is closed.</param>
internal sealed record Box(string? Content)
{
    /// <summary>Finds it, with braces nested as deep as they are; null where there is none.</summary>
    public static Box? LastOf(string text)
    {
        const string boxed = @"\boxed", framed = @"\fbox";
        var (box, frame) = (text.LastIndexOf(boxed, StringComparison.Ordinal), text.LastIndexOf(framed, StringComparison.Ordinal));
        if (box < 0 && frame < 0)
        {
            return null;
        }

        var open = box > frame ? box + boxed.Length : frame + framed.Length;
        while (open < text.Length && text[open] is ' ')
        {
            open++;
        }

        if (open >= text.Length)
        {
            return new Box(Content: null);
        }

        if (text[open] != '{')
        {
            var end = text.AsSpan(open).IndexOfAny(" \n$.,");
            return new Box(end < 0 ? text[open..] : text.Substring(open, end));
        }

        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            depth += text[i] switch
            {
                '\\' => Skip(ref i),
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            if (depth == 0)
            {
                return new Box(text[(open + 1)..i]);
            }
        }

        return new Box(Content: null);

        static int Skip(ref int i)
        {
            i++;                                               // \{ and \} are characters
            return 0;
        }
    }
}
