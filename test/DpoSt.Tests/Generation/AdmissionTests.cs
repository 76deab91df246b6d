using DpoSt.Generation;

namespace DpoSt.Tests.Generation;

public sealed class AdmissionTests
{
    [Theory]
    [InlineData(128, 120, 1)]
    [InlineData(128, 400, 5)]
    [InlineData(3, 5000, 3)]
    [InlineData(0, 1, 0)]
    public void Prompts_are_read_as_many_at_a_time_as_their_scores_allow(int count, int length, int groups)
    {
        int[][] prompts = [.. Enumerable.Range(0, count).Select(i => Enumerable.Repeat(i, Math.Max(1, length - i % 3)).ToArray())];
        var read = Admission.Groups(prompts).ToArray();
        Assert.Equal(groups, read.Length);
        Assert.Equal(prompts, read.SelectMany(g => g));
        Assert.All(read, g => Assert.True(g.Length == 1 || g.Length * Math.Pow(g.Max(p => p.Length), 2) <= Admission.ScoresAtOnce));
    }
}
