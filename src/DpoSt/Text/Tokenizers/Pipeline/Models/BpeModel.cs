using DpoSt.Text.Tokenizers.ByteLevel;

namespace DpoSt.Text.Tokenizers.Pipeline.Models;

/// <summary>What to do with a character that a BPE vocabulary lacks.</summary>
/// <param name="Token">The unknown token; without one the character goes.</param>
/// <param name="IsFused">Whether a run of unknown characters is one token.</param>
/// <param name="FallsBackToBytes">Whether its bytes' tokens spell it, where all are there.</param>
internal sealed record UnknownCharacters(string? Token, bool IsFused, bool FallsBackToBytes);

/// <summary>Hugging Face's BPE: the characters of a word, merged by rank. No merge crosses two characters that stand side by side in no
/// piece: cutting long text there gives the same ids faster, since what is cut repeats.</summary>
internal sealed class BpeModel : IModel
{
    private const int LongWord = 32;
    private readonly Dictionary<string, int> ids;
    private readonly MergeTable merges;
    private readonly UnknownCharacters unknown;
    private readonly bool takesWholeWords;
    private readonly int?[] bytes;
    private readonly HashSet<(char Left, char Right)> neighbours = [];
    private readonly WordCache cache;

    /// <param name="takesWholeWords">Whether a word that is a token itself skips the merges (`ignore_merges`).</param>
    public BpeModel(Dictionary<string, int> ids, MergeTable merges, UnknownCharacters unknown, bool takesWholeWords)
    {
        (this.ids, this.merges, this.unknown, this.takesWholeWords, bytes) = (ids, merges, unknown, takesWholeWords, ByteTokens.Of(ids));
        cache = new(Merge);
        foreach (var piece in ids.Keys)
        {
            neighbours.UnionWith(piece.Zip(piece.Skip(1)));
        }
    }

    public void Encode(ReadOnlySpan<char> word, List<int> into)
    {
        if (takesWholeWords && IdOf(word) is { } whole)
        {
            into.Add(whole);
            return;
        }

        var start = 0;
        for (var end = 1; end < word.Length && word.Length > LongWord; end++)
        {
            if (!neighbours.Contains((word[end - 1], word[end]))
                && IdOf(word.Slice(end - 1, 1)) is not null && IdOf(word.Slice(end, 1)) is not null)
            {
                into.AddRange(cache.Get(word[start..end]));
                start = end;
            }
        }

        into.AddRange(cache.Get(word[start..]));
    }

    private int[] Merge(ReadOnlySpan<char> word)
    {
        var (symbols, unknownToken) = (new List<int>(word.Length), (int?)null);
        Span<char> units = stackalloc char[2];
        foreach (var rune in word.EnumerateRunes())
        {
            var character = units[..rune.EncodeToUtf16(units)];
            if (IdOf(character) is { } id)
            {
                Flush(ref unknownToken, symbols);
                symbols.Add(id);
            }
            else if (!(unknown.FallsBackToBytes && ByteTokens.TryAdd(character, bytes, symbols)) && unknown.Token is { } token)
            {
                if (!unknown.IsFused)
                {
                    Flush(ref unknownToken, symbols);
                }

                unknownToken = ids.TryGetValue(token, out var known) ? known : throw new UserErrorException(
                    $"The tokenizer has no token for '{character}', and its vocabulary lacks its unk_token '{token}'.");
            }
        }

        Flush(ref unknownToken, symbols);
        var merged = symbols.ToArray();
        return merged[..merges.Merge(merged)];
    }

    /// <summary>The unknown token stands where the run of unknown characters ends; bytes within the run come before it.</summary>
    private static void Flush(ref int? unknownToken, List<int> symbols)
    {
        if (unknownToken is { } token)
        {
            symbols.Add(token);
            unknownToken = null;
        }
    }

    private int? IdOf(ReadOnlySpan<char> piece) => ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(piece, out var id) ? id : null;
}
