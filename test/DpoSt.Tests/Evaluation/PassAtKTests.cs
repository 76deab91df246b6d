using System.Text.Json;
using CsCheck;
using DpoSt.Evaluation;

namespace DpoSt.Tests.Evaluation;

public sealed class PassAtKTests
{
    [Fact]
    public void Agrees_with_the_reference()
    {
        var rows = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("fixtures", "data-prep", "pass_at_k.json"))).RootElement;
        foreach (var row in rows.EnumerateArray())
        {
            var n = row.GetProperty("max_seed").GetInt32();
            var c = n - row.GetProperty("negatives").GetInt32();
            Assert.Equal(row.GetProperty("pass@5").GetDouble(), PassAtK.Estimate(n, c, 5), 1e-12);
            Assert.Equal(row.GetProperty("pass@3").GetDouble(), PassAtK.Estimate(n, c, 3), 1e-12);
        }
    }

    [Fact]
    public void Is_the_share_of_subsets_with_a_correct_sample() =>
        Gen.Int[1, 12].SelectMany(n => Gen.Select(Gen.Const(n), Gen.Int[0, n], Gen.Int[1, n])).Sample((n, c, k) =>
        {
            var subsets = Enumerable.Range(0, 1 << n).Where(set => int.PopCount(set) == k).ToArray();
            var share = subsets.Count(set => (set & ((1 << c) - 1)) != 0) / (double)subsets.Length;
            return Math.Abs(share - PassAtK.Estimate(n, c, k)) < 1e-12;
        });

    [Fact]
    public void Does_not_overflow() => Assert.Equal(0.5, PassAtK.Estimate(100_000, 1, 50_000), 1e-9);

    [Theory]
    [InlineData(5, 6, 1)]
    [InlineData(5, -1, 1)]
    [InlineData(5, 1, 0)]
    [InlineData(5, 1, 6)]
    public void Refuses_impossible_counts(int n, int c, int k) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PassAtK.Estimate(n, c, k));
}
