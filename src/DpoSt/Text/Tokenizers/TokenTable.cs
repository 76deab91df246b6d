namespace DpoSt.Text.Tokenizers;

/// <summary>A vocabulary: for every id its piece, the text that the decoder sees, and whether it is special (left out of plain
/// text).</summary>
internal sealed class TokenTable
{
    private readonly string?[] pieces;
    private readonly bool[] special;
    private readonly Dictionary<int, string> texts;
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);

    /// <param name="pieces">The pieces in the order of their ids; null is an id that no token has.</param>
    /// <param name="isSpecial">Whether an id is left out of plain text.</param>
    /// <param name="texts">What the decoder sees where it is not the piece.</param>
    public TokenTable(IReadOnlyList<string?> pieces, Func<int, bool> isSpecial, Dictionary<int, string>? texts = null)
    {
        (this.pieces, this.texts) = ([.. pieces], texts ?? []);
        special = [.. this.pieces.Select((p, id) => p is null || isSpecial(id))];
        for (var id = 0; id < this.pieces.Length; id++)
        {
            if (this.pieces[id] is { } piece)
            {
                ids.TryAdd(piece, id);
            }
        }
    }

    public int Size => pieces.Length;
    public string PieceOf(int id) => pieces[Checked(id)] ?? "";
    public string? TextOf(int id) => texts.GetValueOrDefault(Checked(id)) ?? pieces[id];
    public bool IsSpecial(int id) => special[Checked(id)];
    public int? IdOf(string? piece) => piece is not null && ids.TryGetValue(piece, out var id) ? id : null;

    private int Checked(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, pieces.Length);
        return id;
    }
}
