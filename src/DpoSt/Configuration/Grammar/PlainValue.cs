using System.Text;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Grammar;

/// <summary>What a value without quotes means: one token may be a number, a truth value or null, several are text.</summary>
internal static class PlainValue
{
    /// <summary>Whether a value without quotes may hold the token; a key of a map holds no colons and no interpolations.</summary>
    public static bool Holds(ValueToken kind, bool isKey) =>
        kind is ValueToken.Sign or ValueToken.Name or ValueToken.Null or ValueToken.Truth or ValueToken.Whole or ValueToken.Real
            or ValueToken.Escape or ValueToken.Space
        || (!isKey && kind is (ValueToken.Colon or ValueToken.Interpolation));

    /// <summary>A value of one token.</summary>
    /// <exception cref="UserErrorException">A whole number has thousands of digits.</exception>
    public static ConfigScalar Of(ValueToken kind, string token, ConfigSource source) => new(source, Text(kind, token), kind switch
    {
        ValueToken.Null => null,
        ValueToken.Truth => token[0] is 't' or 'T',
        ValueToken.Whole => NumberText.Whole(token) ?? throw new UserErrorException(
            $"{source}: the number {Shown.Text(token)} has thousands of digits; quote it if it is text."),
        ValueToken.Real => NumberText.Real(token)!.Value,
        _ => Text(kind, token),
    });

    /// <summary>A token as part of a text: escaped marks lose their backslashes.</summary>
    public static string Text(ValueToken kind, string token) => kind == ValueToken.Escape ? EveryOther(token) : token;

    /// <summary>The second character of every pair.</summary>
    public static string EveryOther(ReadOnlySpan<char> pairs)
    {
        var text = new StringBuilder(pairs.Length / 2);
        for (var i = 1; i < pairs.Length; i += 2)
        {
            text.Append(pairs[i]);
        }

        return text.ToString();
    }
}
