using DpoSt.Answering;
using DpoSt.Tests.Parallel;

namespace DpoSt.Tests.Answering;

public sealed class AnswererTests
{
    [Theory]
    [InlineData(100, 4)]
    [InlineData(7, 3)]
    [InlineData(2, 4)]
    public void Every_problem_is_one_rank_s_and_all_ranks_have_about_as_much(int problems, int ranks)
    {
        var random = new SplitMix64(3);
        var lengths = Enumerable.Range(0, problems).Select(_ => 20 + random.Next(200)).ToArray();
        var shares = Answerer.Shares(lengths, ranks);
        Assert.Equal(ranks, shares.Length);
        Assert.Equal(Enumerable.Range(0, problems), shares.SelectMany(share => share).Order());
        Assert.All(shares, share => Assert.Equal(share.Order(), share));
        var work = shares.Select(share => share.Sum(i => lengths[i])).ToArray();
        Assert.InRange(work.Max() - work.Min(), 0, lengths.Max());
    }

    [Fact]
    public void The_first_rank_removes_the_journals_of_all()
    {
        var key = new string('0', 64);
        using var folder = new TemporaryFolder();
        using var kept = new AnswerJournal(folder.File("other.json"), _ => { });
        kept.Open(key, 1);
        AnswerJournal[] journals =
        [
            .. Enumerable.Range(0, 3)
                .Select(
                    rank => AnswerJournal.Of(Silent.Context() with { Group = new RecordingGroup(rank, 3) }, folder.File("seed_0.json"))),
            new(folder.File("seed_0.json"), _ => { })
        ];
        Array.ForEach(journals, journal => journal.Open(key, 1));
        Assert.Equal(5, Directory.GetFiles(folder.Root).Length);
        Array.ForEach(journals, journal => journal.Dispose());
        journals[0].Remove();
        Assert.Equal(["other.json.partial"], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }
}
