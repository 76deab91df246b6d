using System.Globalization;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads a number of JSON as the original's library does (serde_json without exact rounding): its digits as a whole number, as far
/// as 64 bits hold them, times or by a power of ten. The last bit decides between ways to cut a text whose scores are the same.</summary>
internal static class RustNumber
{
    private const int LargestPower = 308;

    /// <param name="json">A number by JSON's grammar.</param>
    public static double Parse(string json)
    {
        var (digits, exponent, isFraction, isFull) = (0UL, 0, false, false);
        var at = json[0] == '-' ? 1 : 0;
        for (; at < json.Length && json[at] is not ('e' or 'E'); at++)
        {
            if (json[at] == '.')
            {
                isFraction = true;
                continue;
            }

            var digit = (ulong)(json[at] - '0');
            isFull |= digits > (ulong.MaxValue - digit) / 10;
            digits = isFull ? digits : (digits * 10) + digit;
            exponent += isFull && !isFraction ? 1 : !isFull && isFraction ? -1 : 0;
        }

        var power = 0;
        var isRead = at == json.Length
            || int.TryParse(json.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power);
        var value = isRead && Math.Abs((long)power) < 10_000 ? Scaled(digits, exponent + power) : double.NaN;
        return !double.IsFinite(value) ? throw new FormatException($"its vocabulary has a score of '{json}', which no number holds")
            : json[0] == '-' ? -value : value;
    }

    private static double Scaled(double value, int exponent)
    {
        for (; exponent < -LargestPower && value != 0; exponent += LargestPower)
        {
            value /= 1e308;
        }

        return value == 0 ? 0
            : exponent > LargestPower ? double.PositiveInfinity
            : exponent >= 0 ? value * Power(exponent) : value / Power(-exponent);
    }

    private static double Power(int exponent) =>
        double.Parse(string.Create(CultureInfo.InvariantCulture, $"1e{exponent}"), CultureInfo.InvariantCulture);
}
