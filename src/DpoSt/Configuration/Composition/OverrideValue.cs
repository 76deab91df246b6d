using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>Reads the value of an override by Hydra's grammar: numbers, true and false, null, quoted text, lists and maps; all other text
/// is text (<c>yes</c> too, unlike in a file).</summary>
internal ref struct OverrideValue(string text, ConfigSource source)
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;
    private const string Whole = "(0|[1-9](_?[0-9])*)";

    private static readonly Regex Integer = new($@"^[-+]?{Whole}\z", Options);

    private static readonly Regex Real = new(
        $@"^[-+]?(({Whole}\.|{Whole}?\.[0-9](_?[0-9])*)([eE][-+]?{Whole})?|{Whole}[eE][-+]?{Whole}|[iI][nN][fF]|[nN][aA][nN])\z", Options);

    private int at;
    private int depth;

    /// <summary>The value of the whole text; an empty text is an empty string.</summary>
    /// <exception cref="UserErrorException">The text is not a value.</exception>
    public static ConfigNode Parse(string text, ConfigSource source)
    {
        text = text.Trim();
        if (text.Length == 0)
        {
            return new ConfigScalar(source, "", "");
        }

        var reader = new OverrideValue(text, source);
        var node = reader.Element("");
        return reader.at == text.Length ? node : throw reader.Error(text[reader.at] == ','
            ? "a comma outside of brackets would ask for several runs; quote the text or write a list [a,b]"
            : $"'{text[reader.at..]}' is left over after the value");
    }

    private ConfigNode Element(string stops)
    {
        if (++depth > 64)
        {
            throw Error("the value is nested more than 64 deep");
        }

        SkipSpaces();
        ConfigNode node = Peek() switch
        {
            '[' => List(),
            '{' => Map(),
            '\'' or '"' => Quoted(),
            _ => Plain(stops + ","),
        };
        SkipSpaces();
        depth--;
        return node;
    }

    private ConfigList List()
    {
        var items = new List<ConfigNode>();
        at++;
        SkipSpaces();
        while (!Accept(']'))
        {
            items.Add(Element("]"));
            if (!Accept(',') && Peek() != ']')
            {
                throw Error("the list is not closed by ']'");
            }
        }

        return new ConfigList(source, items);
    }

    private ConfigMap Map()
    {
        var map = new ConfigMap(source);
        at++;
        SkipSpaces();
        while (!Accept('}'))
        {
            var colon = text.IndexOf(':', at);
            if (colon < 0)
            {
                throw Error("the map is not of the form {key: value}");
            }

            var key = text[at..colon].Trim();
            at = colon + 1;
            if (!map.Entries.TryAdd(key, Element("}")))
            {
                throw Error($"the key '{key}' stands in the map twice");
            }

            if (!Accept(',') && Peek() != '}')
            {
                throw Error("the map is not closed by '}'");
            }

            SkipSpaces();
        }

        return map;
    }

    private ConfigScalar Quoted()
    {
        var quote = text[at++];
        var value = new StringBuilder();
        while (Peek() != quote)
        {
            if (at >= text.Length)
            {
                throw Error($"the quote {quote} is not closed");
            }

            at += text[at] == '\\' && at + 1 < text.Length && text[at + 1] == quote ? 1 : 0;
            value.Append(text[at++]);
        }

        at++;
        return new ConfigScalar(source, value.ToString(), value.ToString());
    }

    private ConfigScalar Plain(string stops)
    {
        var value = new StringBuilder();
        while (at < text.Length && !stops.Contains(text[at], StringComparison.Ordinal))
        {
            if (text.AsSpan(at).StartsWith("${", StringComparison.Ordinal))
            {
                // An interpolation keeps its own commas and braces.
                var end = InterpolationText.EndOf(text, at);
                value.Append(text, at, (end < 0 ? text.Length : end) - at);
                at = end < 0 ? text.Length : end;
                continue;
            }

            at += text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '\\' or ',' or ' ' or '\t' ? 1 : 0;
            value.Append(text[at++]);
        }

        var plain = value.ToString().Trim();
        return new ConfigScalar(source, plain, Resolve(plain));
    }

    private readonly object? Resolve(string plain)
    {
        if (plain.Length == 0)
        {
            throw Error("a value is missing");
        }

        var lower = plain.ToLowerInvariant();
        var digits = lower.Replace("_", "", StringComparison.Ordinal);
        return lower switch
        {
            "null" => null,
            "true" => true,
            "false" => false,
            _ when Integer.IsMatch(plain) => long.TryParse(digits, CultureInfo.InvariantCulture, out var whole)
                ? whole : throw Error($"the number {plain} does not fit into 64 bits; quote it if it is text"),
            _ when Real.IsMatch(plain) => digits.TrimStart('+', '-') switch
            {
                "inf" => digits[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
                "nan" => double.NaN,
                _ => double.Parse(digits, CultureInfo.InvariantCulture),
            },
            _ => plain,
        };
    }

    private readonly char Peek() => at < text.Length ? text[at] : '\0';

    private bool Accept(char c)
    {
        SkipSpaces();
        var accepted = Peek() == c;
        at += accepted ? 1 : 0;
        return accepted;
    }

    private void SkipSpaces()
    {
        while (Peek() is ' ' or '\t')
        {
            at++;
        }
    }

    private readonly UserErrorException Error(string what) => new($"{source}: {what}.");
}
