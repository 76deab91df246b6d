using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Tokenizers;

/// <summary>A piece or an added token of a hundred thousand characters costs no more than its length: looked for from every place, it would
/// take five billion steps, and this test minutes.</summary>
public sealed class LongPiecesTests
{
    private const int Long = 100_000;

    [Fact]
    public void A_long_piece_that_is_almost_there()
    {
        var path = new BestPath<double>([("a", -1.0), (new string('a', Long), -2.0), ("b", -1.0)]);
        var text = new string('a', Long - 1) + "b" + new string('a', Long);
        var cut = path.Cut(text);
        Assert.Equal(Long + 1, cut.Count);
        Assert.Equal((Long, 2 * Long, 1), cut[^1]);
    }

    [Fact]
    public void A_long_added_token_that_is_almost_there()
    {
        var added = new AddedTokens([new("a", 1, false), new(new string('a', Long), 2, false)]);
        var found = added.Find((new string('a', Long - 1) + "b" + new string('a', Long)).AsMemory()).ToList();
        Assert.Equal(Long, found.Count);
        Assert.Equal((Long, 2 * Long, 2), found[^1]);
    }

    [Fact]
    public void The_best_path_is_that_of_trying_every_cut()
    {
        (string? Text, float Score)[] pieces =
            [("a", -1f), ("b", -2f), ("ab", -2.5f), ("ba", -3f), ("aba", -3f), ("bab", -4f), ("\U0001F600", -1f), ("a\U0001F600", -1.5f)];
        var path = new BestPath<float>(pieces);
        string[] letters = ["a", "b", "\U0001F600", "c"];
        for (var number = 0; number < 4 * 4 * 4 * 4 * 4; number++)
        {
            var text = string.Concat(Enumerable.Range(0, 5).Select(i => letters[(number >> (2 * i)) & 3]));
            var cut = path.Cut(text);
            Assert.Equal(text, string.Concat(cut.Select(c => text[c.Start..c.End])));
            Assert.Equal(Best(text, pieces), cut.Sum(c => c.Id < 0 ? -14f : pieces[c.Id].Score), 4);
        }
    }

    // Unknown characters cost the lowest score, -4, and ten more.
    private static float Best(string text, (string? Text, float Score)[] pieces) => text.Length == 0 ? 0 : pieces
        .Where(p => text.StartsWith(p.Text!, StringComparison.Ordinal))
        .Select(p => p.Score + Best(text[p.Text!.Length..], pieces))
        .Append(char.IsSurrogate(text[0]) || text[0] != 'c' ? float.NegativeInfinity : -14f + Best(text[1..], pieces))
        .Max();
}
