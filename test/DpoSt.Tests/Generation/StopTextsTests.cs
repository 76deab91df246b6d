using DpoSt.Generation;

namespace DpoSt.Tests.Generation;

/// <summary>Stop texts in a text that comes in pieces.</summary>
public sealed class StopTextsTests
{
    [Theory]
    [InlineData("abcabd and on", "abd", "abc")]
    [InlineData("aaab", "aab", "a")]
    [InlineData("no such text", "STOP", "no such text")]
    [InlineData("it ends with ST", "STOP", "it ends with ST")]
    [InlineData("x", "x", "")]
    [InlineData("first or second", "second|or", "first ")]
    public void A_text_is_the_same_however_it_comes(string text, string stops, string expected)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var (finder, shown) = (new StopTexts(stops.Split('|')), "");
            foreach (var piece in text.Chunk(size))
            {
                shown += finder.Append(new string(piece));
                Assert.StartsWith(shown, text);
            }

            Assert.Equal(expected, shown + finder.Flush());
            Assert.Equal(expected != text, finder.Found is not null);
        }
    }
}
