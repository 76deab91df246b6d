using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DpoSt.Tests.Fuzz;

/// <summary>Changes a real file a little, or a lot: what a broken disk, a careless hand or an attacker does to it.</summary>
internal static partial class Mutation
{
    private static readonly byte[][] Tokens =
    [
        .. ((string[])
        [
            "{", "}", "[", "]", "\"", "\"\"", ":", ",", "null", "true", "-1", "0", "1e999", "NaN",
            "Infinity", "99999999999999999999", "2147483648",
            "\\ud800", "\\u0000", "\\", "\n", "\r\n", "\t", " ", "${",
            "${a}", "${a.${b}}", "~", "&a", "*a", "<<: *a", "!!python/object:os.system",
            "|", "- ", "? ", "{{", "}}", "{%", "%}",
            "{% for x in range(1000000000) %}", "{{ 'a' * 1000000000 }}", "(a+)+$", "(?=", "[^", "\\p{L}",
            "(?i:", "{1,1000000}", "<script>", "\u202e", "\u001b[2J",
            "é", "😀", "\ufeff", "..", "../../etc/passwd", "/dev/zero", "oc.env:HOME",
        ]).Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0],
        [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    ];

    /// <summary>One to eight changes, drawn from a seed.</summary>
    public static byte[] Of(byte[] sample, byte[] other, ulong seed)
    {
        var random = new SplitMix64(seed);
        var bytes = sample;
        for (var left = 1 + random.Next(8); left > 0; left--)
        {
            bytes = Once(bytes, other, ref random);
        }

        return bytes;
    }

    private static byte[] Once(byte[] bytes, byte[] other, ref SplitMix64 random)
    {
        var (at, length) = (random.Next(bytes.Length + 1), Length(bytes.Length, ref random));
        var end = Math.Min(bytes.Length, at + length);
        switch (random.Next(9))
        {
            case 0:                                                    // a bit
                return bytes.Length == 0 ? bytes : Changed(bytes, at % bytes.Length, (byte)(1 << random.Next(8)));
            case 1:
                return [.. bytes[..at], .. bytes[end..]];
            case 2:                                                    // again
                return [.. bytes[..end], .. bytes[at..end], .. bytes[end..]];
            case 3:
                return bytes[..at];
            case 4:
                return [.. bytes[..at], .. Tokens[random.Next(Tokens.Length)], .. bytes[at..]];
            case 5:                                                    // in the place of what was there
                return [.. bytes[..at], .. Tokens[random.Next(Tokens.Length)], .. bytes[end..]];
            case 6:                                                    // nested without end
                var token = Tokens[random.Next(Tokens.Length)];
                var times = 1 + random.Next(20_000 / token.Length);
                return [.. bytes[..at], .. Enumerable.Repeat(token, times).SelectMany(b => b), .. bytes[at..]];
            case 7:
                var from = random.Next(other.Length + 1);
                return [.. bytes[..at], .. other.AsSpan(from, Math.Min(other.Length - from, length)), .. bytes[end..]];
            default:
                return Number(bytes, ref random);
        }
    }

    private static byte[] Changed(byte[] bytes, int at, byte bit)
    {
        byte[] changed = [.. bytes];
        changed[at] ^= bit;
        return changed;
    }

    // Short spans are likelier than long ones.
    private static int Length(int all, ref SplitMix64 random) =>
        random.Next(2) == 0 ? 1 + random.Next(8) : 1 + random.Next(Math.Max(1, all));

    // A number of the text becomes an extreme one.
    private static byte[] Number(byte[] bytes, ref SplitMix64 random)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var numbers = Digits().Matches(text);
        if (numbers.Count == 0)
        {
            return bytes;
        }

        var chosen = numbers[random.Next(numbers.Count)];
        string[] others = ["0", "-1", "1", "2147483647", "-2147483648", "9223372036854775807", "1e308", "4294967296", "0.1",
            random.Next(1_000_000).ToString(CultureInfo.InvariantCulture)];
        return Encoding.Latin1.GetBytes(
            string.Concat(text.AsSpan(0, chosen.Index), others[random.Next(others.Length)], text.AsSpan(chosen.Index + chosen.Length)));
    }

    [GeneratedRegex("[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();
}
