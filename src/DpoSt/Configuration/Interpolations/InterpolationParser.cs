using System.Buffers;
using System.Text;
using DpoSt.Configuration.Grammar;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Interpolations;

/// <summary>Reads interpolations by OmegaConf's grammar (OmegaConfGrammarParser.g4 of OmegaConf 2.3).</summary>
internal sealed class InterpolationParser(InterpolationCursor cursor)
{
    // What a key without brackets or quotes may not hold.
    private static readonly SearchValues<char> NoKey = SearchValues.Create("\\{}()[]:. \t'\"");

    /// <summary>Reads a text in which interpolations may stand. A single one is the value itself, everything else a text.</summary>
    /// <exception cref="UserErrorException">An interpolation is not of the grammar.</exception>
    public static InterpolationSyntax Parse(string text, ConfigSource source) =>
        new InterpolationParser(new InterpolationCursor(text, source)).Text('\0');

    /// <summary>Refuses a configuration that holds a text which is not of the grammar.</summary>
    /// <exception cref="UserErrorException">It does.</exception>
    public static void Check(ConfigNode node)
    {
        switch (node)
        {
            case ConfigMap map:
                foreach (var value in map.Entries.Values)
                {
                    Check(value);
                }

                break;
            case ConfigList list:
                foreach (var item in list.Items)
                {
                    Check(item);
                }

                break;
            case ConfigScalar { IsInterpolated: true } scalar:
                Parse((string)scalar.Value!, scalar.Source);
                break;
        }
    }

    /// <summary>Text up to the end, or up to a quote: a run of backslashes counts only before an interpolation or that quote.</summary>
    public InterpolationSyntax Text(char quote)
    {
        var parts = new List<InterpolationSyntax>();
        var plain = new StringBuilder();
        while (!cursor.IsAtEnd && (quote == '\0' || cursor.Text[cursor.At] != quote))
        {
            var slashes = cursor.Rest.IndexOfAnyExcept('\\') is var run && run < 0 ? cursor.Rest.Length : run;
            cursor.At += slashes;
            var isInterpolation = cursor.IsInterpolation;
            var isQuote = quote != '\0' && !cursor.IsAtEnd && cursor.Text[cursor.At] == quote;
            plain.Append('\\', isInterpolation || isQuote ? slashes / 2 : slashes);
            if (isInterpolation && slashes % 2 == 0)
            {
                Flush();
                parts.Add(Interpolation());
            }
            else if (isInterpolation || (isQuote && slashes % 2 == 1))
            {
                var length = isQuote ? 1 : 2;
                plain.Append(cursor.Text, cursor.At, length);
                cursor.At += length;
            }
            else if (!cursor.IsAtEnd && !isQuote)
            {
                plain.Append(cursor.Text[cursor.At++]);
            }
        }

        Flush();
        return quote == '\0' && parts is [var only] ? only : new TextSyntax(parts);

        void Flush()
        {
            if (plain.Length > 0)
            {
                parts.Add(new ConstantSyntax(plain.ToString()));
                plain.Clear();
            }
        }
    }

    /// <summary>The interpolation that begins here.</summary>
    public InterpolationSyntax Interpolation()
    {
        cursor.Deeper();
        var start = cursor.At;
        cursor.At = ValueLexer.Spaces(cursor.Text, cursor.At + 2);
        var key = new List<InterpolationSyntax>();
        var isName = true;
        while (cursor.Peek() == '.')
        {
            key.Add(cursor.Taken(1));
            isName = false;
        }

        for (var isFirst = true; ; isFirst = false)
        {
            if (cursor.Peek() == '[')
            {
                isName = false;
                key.Add(cursor.Taken(1));
                key.Add(Key(ref isName));
                key.Add(cursor.Peek() == ']' ? cursor.Taken(1) : throw cursor.Error($"'{cursor.Cut(start)}' has no closing bracket"));
            }
            else if (isFirst)
            {
                key.Add(Key(ref isName));
            }
            else if (cursor.Peek() == '.')
            {
                key.Add(cursor.Taken(1));
                key.Add(Key(ref isName));
            }
            else
            {
                break;
            }
        }

        var end = ValueLexer.Spaces(cursor.Text, cursor.At);
        InterpolationSyntax result;
        switch (end < cursor.Text.Length ? cursor.Text[end] : ' ')
        {
            case '}':
                cursor.At = end + 1;
                result = new ReferenceSyntax(key);
                break;
            case ':' when isName:
                cursor.At = ValueLexer.Spaces(cursor.Text, end + 1);
                result = new CallSyntax(
                    key, new ArgumentParser(cursor, this).Sequence(ValueToken.MapClose, $"'{cursor.Cut(start)}' has no closing brace"));
                break;
            default:
                var what = end < cursor.Text.Length ? $"has a mark that no key has ('{cursor.Mark(end)}')" : "has no closing brace";
                throw cursor.Error($"'{cursor.Cut(start)}' {what}");
        }

        cursor.Depth--;
        return result;
    }

    /// <summary>One part of a key. A resolver's name has only letters, digits, <c>_</c> and <c>-</c>, or interpolations.</summary>
    private InterpolationSyntax Key(ref bool isName)
    {
        if (cursor.IsInterpolation)
        {
            return Interpolation();
        }

        var length = cursor.Rest.IndexOfAny(NoKey) is var rest && rest < 0 ? cursor.Rest.Length : rest;
        if (length == 0)
        {
            throw cursor.Error(cursor.IsAtEnd
                ? "an interpolation has no closing brace" : $"a key is expected before '{cursor.Cut(cursor.At)}'");
        }

        isName &= ValueLexer.IsName(cursor.Text.AsSpan(cursor.At, length));
        return cursor.Taken(length);
    }
}
