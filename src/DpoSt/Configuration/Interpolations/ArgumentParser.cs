using DpoSt.Configuration.Grammar;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Interpolations;

/// <summary>Reads the arguments of a resolver, and what is in them: plain values, quoted text, lists and maps.</summary>
internal sealed class ArgumentParser(InterpolationCursor cursor, InterpolationParser interpolations)
{
    /// <summary>Reads a single value, as the argument of <c>oc.decode</c> is one.</summary>
    /// <exception cref="UserErrorException">The text is not one value.</exception>
    public static InterpolationSyntax ParseElement(string text, ConfigSource source)
    {
        var cursor = new InterpolationCursor(text, source);
        var element = new ArgumentParser(cursor, new InterpolationParser(cursor)).Element();
        return cursor.At == text.Length ? element : throw cursor.Error("more than one value stands there");
    }

    /// <summary>Elements between commas up to a closing mark; one that is left out is an empty text.</summary>
    public List<InterpolationSyntax> Sequence(ValueToken close, string otherwise)
    {
        var items = new List<InterpolationSyntax>();
        if (cursor.Accept(close))
        {
            return items;
        }

        do
        {
            items.Add(cursor.Next().Kind is var kind && (kind == ValueToken.Comma || kind == close)
                ? new ConstantSyntax("") : Element());
        }
        while (cursor.Accept(ValueToken.Comma));
        return cursor.Accept(close) ? items : throw cursor.Error(otherwise);
    }

    /// <summary>One value.</summary>
    public InterpolationSyntax Element()
    {
        cursor.Deeper();
        var (kind, end) = cursor.Next();
        InterpolationSyntax element;
        switch (kind)
        {
            case ValueToken.ListOpen:
                cursor.At = end;
                element = new ListSyntax(Sequence(ValueToken.ListClose, "a list is not closed by ']'"));
                break;
            case ValueToken.MapOpen:
                cursor.At = end;
                element = Map();
                break;
            case ValueToken.Quote:
                var quote = cursor.Text[cursor.At++];
                element = interpolations.Text(quote);
                cursor.At = !cursor.IsAtEnd ? cursor.At + 1 : throw cursor.Error($"the quote {quote} is not closed");
                break;
            default:
                element = Plain(isKey: false);
                break;
        }

        cursor.Depth--;
        return element;
    }

    private MapSyntax Map()
    {
        var entries = new List<(object, InterpolationSyntax)>();
        if (cursor.Accept(ValueToken.MapClose))
        {
            return new MapSyntax(entries);
        }

        do
        {
            var key = ((ConstantSyntax)Plain(isKey: true)).Value ?? DBNull.Value;
            if (!cursor.Accept(ValueToken.Colon))
            {
                throw cursor.Error("a map is not of the form {key: value}, with keys that have no quotes");
            }

            entries.Add((key, Element()));
        }
        while (cursor.Accept(ValueToken.Comma));
        return cursor.Accept(ValueToken.MapClose) ? new MapSyntax(entries) : throw cursor.Error("a map is not closed by '}'");
    }

    private InterpolationSyntax Plain(bool isKey)
    {
        var parts = new List<InterpolationSyntax>();
        for (var (kind, end) = cursor.Next(); PlainValue.Holds(kind, isKey); (kind, end) = cursor.Next())
        {
            if (kind == ValueToken.Interpolation)
            {
                parts.Add(interpolations.Interpolation());
                continue;
            }

            var token = cursor.Text[cursor.At..end];
            parts.Add(new ConstantSyntax(PlainValue.Text(kind, token)));
            cursor.At = end;
            if (parts.Count == 1 && !PlainValue.Holds(cursor.Next().Kind, isKey))
            {
                return kind == ValueToken.Space ? throw cursor.Error("a value is only spaces")
                    : new ConstantSyntax(PlainValue.Of(kind, token, cursor.Source).Value);
            }
        }

        switch (parts)
        {
            case []:
                throw cursor.Error(cursor.IsAtEnd ? "a value is missing" : $"a value is expected before '{cursor.Cut(cursor.At)}'");
            case [var only]:
                return only;
            case var _ when isKey:
                return new ConstantSyntax(string.Concat(parts.Select(p => (string)((ConstantSyntax)p).Value!)));
            default:
                return new TextSyntax(parts);
        }
    }
}
