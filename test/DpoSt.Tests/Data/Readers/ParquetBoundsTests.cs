using DpoSt.Data.Readers;

namespace DpoSt.Tests.Data.Readers;

/// <summary>Footers made by hand: the library would count, read or go down for ever, or for as long as they claim.</summary>
public sealed class ParquetBoundsTests : IDisposable
{
    // 2^31 - 1; fields beyond 9 are such as nobody knows.
    private static readonly byte[] Huge = [0xFF, 0xFF, 0xFF, 0xFF, 0x07];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, byte[]> Footers => new()
    {
        { "list claims 2147483647", [0x15, 2, 0x19, 0xFC, .. Huge, 0, 0, 0] },
        { "list claims 2147483647", [0xF9, 0xF5, .. Huge, 0, 0, 0] },
        { "list claims 2147483647", [0xF9, 0xFC, .. Huge, 0, 0, 0] },
        { "the kind 0", [0xF9, 0xF1, 8, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0] },
        { "field claims 2147483647", [0x68, .. Huge, 0] },
        { "field claims 2147483647", [0xF8, .. Huge, 0] },
        { "lists deep", [0xF9, .. Enumerable.Repeat((byte)0x19, 100_000), 0] },
        { "behind its end", [0x15] },
        { "behind its end", [0xFC, 0x15, 0x15] },
        { "is of the kind 9", [0x19, 0x15] },
        { "no end", [0x15, .. Enumerable.Repeat((byte)0x80, 20), 0] },
        { "is of the kind 5", [0x25, 2, 0] },
        { "of the kind 14", [0xFE, 0] },
        { "an empty one", [0x29, 0x2C, 0, 0, 0] },
        { "levels", [0x29, 0xFC, 100, .. Enumerable.Repeat((byte[])[0x55, 2, 0], 100).SelectMany(one => one), 0] },
        { "structure of -1 parts", [0x29, 0x1C, 0x55, 1, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Footers))]
    public void A_footer_that_claims_too_much_is_refused(string says, byte[] footer) => Refused(says, footer, footer.Length);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    [InlineData(14)]
    public void A_length_that_cannot_be_is_refused(int length) => Refused($"its footer claims {length} bytes of 14", [0x15, 0], length);

    [Fact]
    public void Footers_with_changed_bytes_are_read_or_refused()
    {
        var whole = File.ReadAllBytes(SharedFolder.Path("data-formats", "gsm8k-100.gzip.v2pages.parquet"));
        var begin = whole.Length - 8 - BitConverter.ToInt32(whole, whole.Length - 8);
        for (var at = begin; at < whole.Length - 8; at += 3)
        {
            foreach (var value in (byte[])[0xF9, 0xFF, 0x1C])
            {
                var bytes = whole.ToArray();
                bytes[at] = value;
                using var stream = new MemoryStream(bytes);
                if (Record.Exception(() => ParquetBounds.CheckFooter(stream)) is { } refused)
                {
                    Assert.IsType<InvalidDataException>(refused);
                }
            }
        }
    }

    private void Refused(string says, byte[] footer, int length)
    {
        var path = folder.File("made.parquet");
        File.WriteAllBytes(path, [.. "PAR1"u8, .. footer, .. BitConverter.GetBytes(length), .. "PAR1"u8]);
        var error = Assert.Throws<UserErrorException>(() => RowFile.Read(path).Count());
        Assert.StartsWith($"{path}: the file cannot be read as parquet", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
