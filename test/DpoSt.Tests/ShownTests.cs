namespace DpoSt.Tests;

public sealed class ShownTests
{
    [Fact]
    public void No_control_and_no_mark_of_direction_is_left()
    {
        // All of the basic plane: Cc but line feed and tab, Zl, Zp, and Bidi_Control of Unicode's PropList.
        int[] direction = [0x61C, 0x200E, 0x200F, .. Enumerable.Range(0x202A, 5), .. Enumerable.Range(0x2066, 4), 0x2028, 0x2029];
        for (var code = 0; code < 0x10000; code++)
        {
            var commands = code is < 0x20 and not ('\n' or '\t') or (>= 0x7F and <= 0x9F) || direction.Contains(code);
            var text = $"a{(char)code}b";
            var expected = commands ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a\\u{code:x4}b") : text;
            Assert.Equal(expected, Shown.Printable(text));
        }

        Assert.Equal("a\r\nb\\u000dc", Shown.Printable("a\r\nb\rc"));
    }

    [Fact]
    public void What_is_shown_of_JSON_is_the_same_JSON()
    {
        const string json = "{\"a\": \"x\u202ey\u009b31m\u2028\"}";
        Assert.Equal(
            System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("a").GetString(),
            System.Text.Json.JsonDocument.Parse(Shown.Printable(json)).RootElement.GetProperty("a").GetString());
    }

    [Fact]
    public void A_message_has_no_word_that_nobody_reads()
    {
        Assert.Equal($"a {new string('x', 399)} b", Shown.Brief($"a {new string('x', 399)} b"));
        Assert.Equal($"a {new string('x', 197)}... b", Shown.Brief($"a {new string('x', 5000)} b"));
    }
}
