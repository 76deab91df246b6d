using DpoSt.Text.Tokenizers.SentencePiece;

namespace DpoSt.Tests.Text.Tokenizers.SentencePiece;

public sealed class CharacterMapTests
{
    [Fact]
    public void AKnownSequenceIsReplacedAndItsPartsAreNot()
    {
        var map = new CharacterMap(Accent());
        Assert.Equal("cafa au lait", map.Apply("caf\u00E9 au lait"));
        Assert.Equal("\u00E8\u00C3", map.Apply("\u00E8\u00C3"));
    }

    /// <summary>Maps that fold case change ASCII, which T5's does not.</summary>
    [Fact]
    public void AMapMayChangeAscii() => Assert.Equal("banana", new CharacterMap(Case()).Apply("bAnAna"));

    [Fact]
    public void AnEmptyMapChangesNothing()
    {
        Assert.Equal("\u00E9", new CharacterMap([]).Apply("\u00E9"));
        Assert.Equal("\u00E9", new CharacterMap([0, 0, 0, 0]).Apply("\u00E9"));
        Assert.Throws<FormatException>(() => new CharacterMap([8, 0, 0, 0, 1]));
    }

    /// <summary>
    /// The compiled form of "\u00E9" (C3 A9) to "a": the length of the double array, its units (the offset to a node's children in the
    /// upper 22 bits, the byte that leads to it in the lowest 8, bit 8 where a sequence ends), and the replacement with its zero.
    /// </summary>
    internal static byte[] Accent() => Compile([0xC2u << 10, (0xAAu << 10) | 0xC3, (1u << 10) | 0x100 | 0xA9, 0x80000000]);

    private static byte[] Case() => Compile([0x40u << 10, (3u << 10) | 0x100 | 0x41, 0x80000000]);

    private static byte[] Compile(uint[] units) =>
        [(byte)(4 * units.Length), 0, 0, 0, .. units.SelectMany(BitConverter.GetBytes), (byte)'a', 0];
}
