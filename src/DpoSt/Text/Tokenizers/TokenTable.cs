using System.Globalization;
using System.Text;

namespace DpoSt.Text.Tokenizers;

/// <summary>A vocabulary: for every id its piece, the bytes it stands for, and whether it is special (left out of plain text).</summary>
internal sealed class TokenTable
{
    private readonly string[] pieces;
    private readonly byte[][] bytes;
    private readonly bool[] special;
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);

    public TokenTable(IReadOnlyList<string?> pieces, Func<string, byte[]> bytesOf, Func<int, bool> isSpecial)
    {
        this.pieces = [.. pieces.Select(p => p ?? "")];
        special = [.. this.pieces.Select((p, id) => p.Length == 0 || isSpecial(id))];
        bytes = [.. this.pieces.Select((p, id) => special[id] ? Encoding.UTF8.GetBytes(p) : bytesOf(p))];
        for (var id = 0; id < this.pieces.Length; id++)
        {
            if (this.pieces[id].Length > 0)
            {
                ids.TryAdd(this.pieces[id], id);
            }
        }
    }

    public int Size => pieces.Length;
    public string PieceOf(int id) => pieces[Checked(id)];
    public ReadOnlySpan<byte> BytesOf(int id) => bytes[Checked(id)];
    public bool IsSpecial(int id) => special[Checked(id)];
    public int? IdOf(string? piece) => piece is not null && ids.TryGetValue(piece, out var id) ? id : null;
    public int? IdOf(ReadOnlySpan<char> piece) => ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(piece, out var id) ? id : null;

    /// <summary>A SentencePiece token: U+2581 is a space, and `&lt;0x0A&gt;` one byte.</summary>
    public static byte[] SentencePieceBytes(string piece) =>
        piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? [value] : Encoding.UTF8.GetBytes(piece.Replace('\u2581', ' '));

    private int Checked(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, pieces.Length);
        return id;
    }
}
