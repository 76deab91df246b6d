using DpoSt.Text.Tokenizers.ByteLevel;

namespace DpoSt.Text.Tokenizers.Pipeline.Models;

/// <summary>Hugging Face's Unigram, in double precision. A run of unknown characters is one token: that of its text if there is one, else
/// its bytes where all have tokens, else the unknown token.</summary>
internal sealed class UnigramModel : IModel
{
    private readonly BestPath<double> path;
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly int?[]? bytes;
    private readonly int? unknown;
    private readonly WordCache cache;

    /// <param name="pieces">The vocabulary in the order of its ids.</param>
    public UnigramModel(IReadOnlyList<(string Text, double Score)> pieces, int? unknown, bool fallsBackToBytes)
    {
        (path, this.unknown, cache) = (new([.. pieces.Select(p => ((string?)p.Text, p.Score))]), unknown, new(Encode));
        for (var id = 0; id < pieces.Count; id++)
        {
            ids[pieces[id].Text] = id;
        }

        bytes = fallsBackToBytes ? ByteTokens.Of(ids) : null;
    }

    public void Encode(ReadOnlySpan<char> word, List<int> into) => into.AddRange(cache.Get(word));

    private int[] Encode(ReadOnlySpan<char> word)
    {
        var (found, unknownFrom) = (new List<int>(), -1);
        foreach (var (start, end, id) in path.Cut(word))
        {
            var isUnknown = id < 0 || id == unknown;
            if (isUnknown)
            {
                unknownFrom = unknownFrom < 0 ? start : unknownFrom;
            }
            else if (unknownFrom >= 0)
            {
                AddUnknown(word[unknownFrom..start], found);
                unknownFrom = -1;
            }

            if (!isUnknown)
            {
                found.Add(id);
            }
        }

        if (unknownFrom >= 0)
        {
            AddUnknown(word[unknownFrom..], found);
        }

        return [.. found];
    }

    private void AddUnknown(ReadOnlySpan<char> run, List<int> found)
    {
        if (unknown is not { } token)
        {
            throw new UserErrorException(
                $"The tokenizer has no piece for '{run}' and no unk_id: name an unknown token in its tokenizer.json.");
        }

        if (ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(run, out var whole))
        {
            found.Add(whole);
        }
        else if (bytes is null || !ByteTokens.TryAdd(run, bytes, found))
        {
            found.Add(token);
        }
    }
}
