using System.Text;
using DpoSt.Text.Tokenizers.ByteLevel;

namespace DpoSt.Text.Tokenizers.SentencePiece;

/// <summary>SentencePiece's BPE with byte fallback (Llama-2): spaces are U+2581, and a character that the vocabulary lacks is spelt in
/// bytes. SentencePiece merges over the whole text, but no merge crosses two characters that stand side by side in no piece: cutting there
/// (in Llama-2 before spaces and around digits) gives the same ids faster, and words repeat.</summary>
internal sealed class SentencePieceBpe : ISegmentEncoder
{
    private const char Space = '\u2581';
    private readonly TokenTable table;
    private readonly MergeTable merges;
    private readonly Place[] prefixed;
    private readonly int[] byteIds;
    private readonly HashSet<(char Left, char Right)> neighbours = [];
    private readonly bool hasWords;
    private readonly WordCache words;
    private readonly WordCache stretches;

    /// <param name="prefixed">The places where a space is put in front of the text.</param>
    public SentencePieceBpe(TokenTable table, MergeTable merges, int[] byteIds, Place[] prefixed)
    {
        (this.table, this.merges, this.byteIds, this.prefixed) = (table, merges, byteIds, prefixed);
        foreach (var piece in Enumerable.Range(0, table.Size).Where(id => !table.IsSpecial(id)).Select(table.PieceOf))
        {
            neighbours.UnionWith(piece.Zip(piece.Skip(1)));
        }

        hasWords = neighbours.All(pair => pair.Right != Space || pair.Left == Space);
        (words, stretches) = (new(Cut), new(Merge));
    }

    /// <summary>The ids of the 256 byte pieces, `&lt;0x00&gt;` to `&lt;0xFF&gt;`.</summary>
    /// <exception cref="UserErrorException">One is missing.</exception>
    public static int[] ByteIds(TokenTable table, string path) =>
        [.. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>").Select(piece => table.IdOf(piece)
            ?? throw new UserErrorException(
                $"The tokenizer '{path}' lacks the byte {piece}; "
                + "of SentencePiece's BPE only vocabularies with byte fallback are supported."))];

    public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids)
    {
        var spaced = (prefixed.Contains(place) ? Space.ToString() : "") + text.ToString().Replace(' ', Space);
        for (var start = 0; start < spaced.Length;)
        {
            var end = hasWords ? WordEnd(spaced, start) : spaced.Length;
            ids.AddRange(words.Get(spaced.AsSpan(start, end - start)));
            start = end;
        }
    }

    /// <summary>A word is a run of spaces and what follows up to the next space.</summary>
    private static int WordEnd(string text, int at)
    {
        while (at < text.Length && text[at] == Space)
        {
            at++;
        }

        var next = text.IndexOf(Space, at);
        return next < 0 ? text.Length : next;
    }

    private int[] Cut(ReadOnlySpan<char> word)
    {
        var (ids, start) = (new List<int>(word.Length), 0);
        for (var end = 1; end <= word.Length; end++)
        {
            if (end == word.Length || (!char.IsLowSurrogate(word[end]) && !neighbours.Contains((word[end - 1], word[end]))))
            {
                ids.AddRange(stretches.Get(word[start..end]));
                start = end;
            }
        }

        return [.. ids];
    }

    private int[] Merge(ReadOnlySpan<char> stretch)
    {
        var symbols = new List<int>(stretch.Length);
        Span<char> buffer = stackalloc char[2];
        foreach (var rune in stretch.EnumerateRunes())
        {
            Add(buffer[..rune.EncodeToUtf16(buffer)], symbols);
        }

        var ids = symbols.ToArray();
        return ids[..merges.Merge(ids)];
    }

    private void Add(ReadOnlySpan<char> character, List<int> symbols)
    {
        if (table.IdOf(character) is { } id)
        {
            symbols.Add(id);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (var value in bytes[..Encoding.UTF8.GetBytes(character, bytes)])
        {
            symbols.Add(byteIds[value]);
        }
    }
}
