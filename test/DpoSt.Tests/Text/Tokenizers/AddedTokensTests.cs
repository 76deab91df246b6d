using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Tokenizers;

public sealed class AddedTokensTests
{
    [Fact]
    public void OfTwoTokensAtOnePlaceTheLongerIsFound() =>
        Assert.Equal([(1, 6, 2), (6, 8, 1)], Find("x<a><b<ay", new("<a", 1, IsSpecial: true), new("<a><b", 2, IsSpecial: true)));

    [Fact]
    public void SpaceAroundATokenMayBelongToIt()
    {
        var token = new AddedToken("<t>", 7, IsSpecial: true);
        Assert.Equal([(2, 5, 7), (7, 10, 7)], Find("a <t>  <t> b", token));
        Assert.Equal([(1, 5, 7), (5, 10, 7)], Find("a <t>  <t> b", token with { TakesSpaceBefore = true }));
        Assert.Equal([(2, 7, 7), (7, 11, 7)], Find("a <t>  <t> b", token with { TakesSpaceAfter = true }));
    }

    [Fact]
    public void AWholeWordIsNotFoundInsideAnother() =>
        Assert.Equal([(0, 2, 3), (11, 13, 3)], Find("no note_no no", new AddedToken("no", 3, IsSpecial: false) { IsWholeWord = true }));

    private static (int Start, int End, int Id)[] Find(string text, params AddedToken[] tokens) =>
        [.. new AddedTokens(tokens).Find(text.AsMemory())];
}
