using System.Globalization;
using System.Text;

namespace DpoSt.Text.Tokenizers;

/// <summary>
/// SentencePiece's BPE with byte fallback (Llama-2): spaces are U+2581, words are not cut apart, and a character that the
/// vocabulary lacks is spelt in bytes.
/// </summary>
/// <param name="table">The vocabulary.</param>
/// <param name="merges">The merges.</param>
/// <param name="prefixed">The places where a space is put in front of the text.</param>
internal sealed class SentencePieceBpe(TokenTable table, MergeTable merges, Place[] prefixed) : ISegmentEncoder
{
    private const string Space = "\u2581";
    private readonly int?[] bytes = [.. Enumerable.Range(0, 256).Select(b => table.IdOf("<0x" + b.ToString("X2", CultureInfo.InvariantCulture) + ">"))];
    private readonly int unknown = table.IdOf("<unk>") ?? 0;

    public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids)
    {
        var symbols = new List<int>(text.Length + 1);
        if (prefixed.Contains(place))
        {
            Add(Space, symbols);
        }

        foreach (var rune in text.EnumerateRunes())
        {
            Add(rune.Value == ' ' ? Space : rune.ToString(), symbols);
        }

        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(symbols);
        ids.AddRange(span[..merges.Merge(span)]);
    }

    private void Add(string character, List<int> symbols)
    {
        if (table.IdOf(character) is { } id)
        {
            symbols.Add(id);
            return;
        }

        foreach (var value in Encoding.UTF8.GetBytes(character))
        {
            symbols.Add(bytes[value] ?? unknown);
        }
    }
}
