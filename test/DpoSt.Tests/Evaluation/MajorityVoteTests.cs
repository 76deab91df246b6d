using DpoSt.Evaluation;

namespace DpoSt.Tests.Evaluation;

public sealed class MajorityVoteTests
{
    [Fact]
    public void The_most_frequent_answer_wins() => Assert.Equal(1, Winner("1", "2", null, "2.", "3", null, null));

    [Fact]
    public void The_first_of_equally_frequent_answers_wins() => Assert.Equal(0, Winner("3", "1", "1", "3"));

    [Fact]
    public void Nobody_votes() => Assert.Null(Winner(null, null));

    private static int? Winner(params string?[] answers) => MajorityVote.Winner(answers, (a, b) => a.TrimEnd('.') == b.TrimEnd('.'));
}
