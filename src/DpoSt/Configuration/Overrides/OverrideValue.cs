using System.Text;
using DpoSt.Configuration.Grammar;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Overrides;

/// <summary>Reads the value of an override by Hydra's grammar (OverrideParser.g4 of Hydra 1.3): numbers, true and false, null, quoted text,
/// lists, maps and functions; all other text is text (<c>yes</c> too, unlike in a file).</summary>
internal sealed class OverrideValue
{
    private const int DeepestNesting = 64;
    private const string NoMap = "the map is not of the form {key: value}, with keys that have no quotes";

    private readonly string text;
    private readonly ConfigSource source;
    private readonly HashSet<ConfigNode> quoted = new(ReferenceEqualityComparer.Instance);
    private int at;
    private int depth;

    private OverrideValue(string text, ConfigSource source)
    {
        this.text = text;
        this.source = source;
    }

    /// <summary>The value of what stands behind the equals sign; nothing is an empty text.</summary>
    /// <exception cref="UserErrorException">The text is not a value.</exception>
    public static ConfigNode Parse(string text, ConfigSource source)
    {
        text = text[ValueLexer.Spaces(text, 0)..];
        if (text.Length == 0)
        {
            return new ConfigScalar(source, "", "");
        }

        var reader = new OverrideValue(text, source);
        var node = reader.Element();
        return reader.Peek().Kind switch
        {
            ValueToken.End => node,
            ValueToken.Comma => throw reader.Error(
                "a comma outside of brackets would ask for several runs; quote the text or write a list [a,b]"),
            ValueToken.Unknown or ValueToken.Equal => throw reader.NeedsQuotes(),
            ValueToken.MapClose when text.IndexOf("${", text.IndexOf("${", StringComparison.Ordinal) + 1, StringComparison.Ordinal) > 0 =>
                throw reader.Error("an interpolation within an interpolation needs quotes around the value"),
            _ => throw reader.Error($"'{Shown.Text(text[reader.at..])}' is left over after the value"),
        };
    }

    private ConfigNode Element()
    {
        if (++depth > DeepestNesting)
        {
            throw Error($"the value is nested more than {DeepestNesting} deep");
        }

        var (kind, end) = Peek();
        ConfigNode node = kind switch
        {
            ValueToken.ListOpen => List(),
            ValueToken.MapOpen => Map(),
            ValueToken.Quote => Quoted(),
            ValueToken.Name when ValueLexer.Next(text, end).Kind == ValueToken.ArgumentsOpen => Function(),
            _ => Plain(isKey: false),
        };
        depth--;
        return node;
    }

    private ConfigList List()
    {
        var items = new List<ConfigNode>();
        Take();
        if (!Accept(ValueToken.ListClose))
        {
            do
            {
                items.Add(Element());
            }
            while (Accept(ValueToken.Comma));
            Expect(ValueToken.ListClose, "the list is not closed by ']'");
        }

        return new ConfigList(source, items);
    }

    private ConfigMap Map()
    {
        var map = new ConfigMap(source);
        Take();
        if (Accept(ValueToken.MapClose))
        {
            return map;
        }

        do
        {
            var key = Peek().Kind is ValueToken.Quote or ValueToken.Colon ? throw Error(NoMap) : Plain(isKey: true).Value
                ?? throw Error("null cannot be the key of a map");
            Expect(ValueToken.Colon, NoMap);
            var name = key as string ?? PlainKey.Text(key);
            if (PlainKey.StandsIn(map, key))
            {
                throw Error($"the key '{Shown.Text(name)}' stands in the map twice");
            }

            map.Set(name, key, Element());
        }
        while (Accept(ValueToken.Comma));
        Expect(ValueToken.MapClose, "the map is not closed by '}'");
        return map;
    }

    private ConfigNode Function()
    {
        var name = text[at..Take()];
        Take();
        var function = new OverrideFunction(name, source, quoted);
        if (Accept(ValueToken.ArgumentsClose))
        {
            return function.Call();
        }

        do
        {
            var (kind, end) = Peek();
            var isNamed = kind == ValueToken.Name && ValueLexer.Next(text, end).Kind == ValueToken.Equal;
            var argument = isNamed ? text[at..end] : null;
            if (isNamed)
            {
                Take();
                Take();
            }

            function.Add(argument, Element());
        }
        while (Accept(ValueToken.Comma));
        Expect(ValueToken.ArgumentsClose, $"the arguments of {Shown.Text(name)} are not closed by ')'");
        return function.Call();
    }

    private ConfigScalar Quoted()
    {
        var quote = text[at];
        var value = new StringBuilder();
        var slashes = 0;
        for (at++; ; at++)
        {
            if (at >= text.Length)
            {
                throw Error($"the quote {quote} is not closed");
            }

            if (text[at] == '\\')
            {
                slashes++;
                continue;
            }

            // Backslashes are doubled only before a quote: an even number of them ends the text, an odd one keeps the quote in it.
            value.Append('\\', text[at] == quote ? slashes / 2 : slashes);
            if (text[at] == quote && slashes % 2 == 0)
            {
                break;
            }

            value.Append(text[at]);
            slashes = 0;
        }

        at++;
        var node = new ConfigScalar(source, value.ToString(), value.ToString());
        quoted.Add(node);
        return node;
    }

    private ConfigScalar Plain(bool isKey)
    {
        var tokens = new List<(ValueToken Kind, string Text)>();
        for (var (kind, end) = Peek(); PlainValue.Holds(kind, isKey); (kind, end) = Peek())
        {
            end = kind == ValueToken.Interpolation ? EndOfInterpolation() : end;
            tokens.Add((kind, text[at..end]));
            at = end;
        }

        var from = tokens is [(ValueToken.Space, _), ..] ? 1 : 0;
        var to = tokens.Count > from && tokens[^1].Kind == ValueToken.Space ? tokens.Count - 1 : tokens.Count;
        switch (to - from)
        {
            case 0:
                throw Peek().Kind is ValueToken.Unknown or ValueToken.Equal or ValueToken.ArgumentsOpen
                    ? NeedsQuotes() : Error("a value is missing");
            case 1:
                return PlainValue.Of(tokens[from].Kind, tokens[from].Text, source);
            default:
                var plain = string.Concat(tokens[from..to].Select(t => PlainValue.Text(t.Kind, t.Text)));
                return new ConfigScalar(source, plain, plain);
        }
    }

    private int EndOfInterpolation()
    {
        var close = text.IndexOf('}', at);
        return close > at + 2 ? close + 1 : throw Error("'${' has no key or no closing brace");
    }

    private (ValueToken Kind, int End) Peek() => ValueLexer.Next(text, at);

    private int Take() => at = Peek().End;

    private bool Accept(ValueToken kind)
    {
        var (found, end) = Peek();
        at = found == kind ? end : at;
        return found == kind;
    }

    private void Expect(ValueToken kind, string otherwise)
    {
        if (!Accept(kind))
        {
            throw Error(otherwise);
        }
    }

    private UserErrorException NeedsQuotes()
    {
        var mark = ValueLexer.Spaces(text, at);
        var length = char.IsHighSurrogate(text[mark]) && mark + 1 < text.Length ? 2 : 1;
        return Error($"'{text.AsSpan(mark, length)}' cannot stand in a value without quotes; quote the text");
    }

    private UserErrorException Error(string what) => new($"{source}: {what}.");
}
