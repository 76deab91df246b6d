using CsCheck;
using DpoSt.Text.Tokenizers.ByteLevel;

namespace DpoSt.Tests.Text.Tokenizers.ByteLevel;

public sealed class MergeTableTests
{
    /// <summary>
    /// Short and long words take different ways; both must do what the definition says: the lowest rank first, then the leftmost.
    /// </summary>
    [Fact]
    public void MergingFollowsItsDefinitionAtAnyLength() =>
        Gen.Select(Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6]).Array[0, 12], Gen.Int[0, 3].Array[0, 80]).Sample((pairs, word) =>
        {
            var rules = pairs.Distinct().Select((pair, rank) => (pair, rank, Id: 4 + rank)).ToArray();
            var table = new MergeTable(rules.Length);
            foreach (var ((left, right), rank, id) in rules)
            {
                table.Add(left, right, rank, id);
            }

            var expected = word.ToList();
            while (rules.Where(r => At(expected, r.pair) >= 0).Select(r => (r.pair, r.Id)).FirstOrDefault() is { Id: > 0 } best)
            {
                var at = At(expected, best.pair);
                expected[at] = best.Id;
                expected.RemoveAt(at + 1);
            }

            var ids = word.ToArray();
            return ids[..table.Merge(ids)].SequenceEqual(expected);
        });

    private static int At(List<int> word, (int Left, int Right) pair)
    {
        for (var i = 0; i + 1 < word.Count; i++)
        {
            if (word[i] == pair.Left && word[i + 1] == pair.Right)
            {
                return i;
            }
        }

        return -1;
    }
}
