using DpoSt.Verification;

namespace DpoSt.Evaluation;

/// <summary>maj@k: the answer that most samples of a question give (self-consistency, Wang et al., 2022).</summary>
public static class MajorityVote
{
    /// <summary>
    /// The most frequent answer; of several equally frequent ones that which came first. Missing answers have no vote; null where
    /// nobody votes. Answers are the same as <see cref="FinalAnswer.AreSame"/> says, each compared with the first of its group.
    /// </summary>
    public static double? Winner(IEnumerable<double?> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var groups = new List<(double Answer, int Votes)>();
        foreach (var answer in answers.OfType<double>())
        {
            var index = groups.FindIndex(group => FinalAnswer.AreSame(group.Answer, answer));
            if (index < 0)
            {
                groups.Add((answer, 1));
            }
            else
            {
                groups[index] = (groups[index].Answer, groups[index].Votes + 1);
            }
        }

        return groups.Count == 0 ? null : groups.MaxBy(group => group.Votes).Answer;
    }
}
