namespace DpoSt.Evaluation;

/// <summary>maj@k: the answer that most samples of a question give (self-consistency, Wang et al., 2022).</summary>
internal static class MajorityVote
{
    /// <summary>
    /// The place of the most frequent answer, where it stands first; of several equally frequent ones that which came first. Missing
    /// answers have no vote; null where nobody votes. Each answer is compared with the first of its group.
    /// </summary>
    public static int? Winner(IEnumerable<string?> answers, Func<string, string, bool> areSame)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(areSame);
        var groups = new List<(int First, string Answer, int Votes)>();
        foreach (var (i, answer) in answers.Index())
        {
            if (answer is null)
            {
                continue;
            }

            var index = groups.FindIndex(group => areSame(group.Answer, answer));
            if (index < 0)
            {
                groups.Add((i, answer, 1));
            }
            else
            {
                groups[index] = groups[index] with { Votes = groups[index].Votes + 1 };
            }
        }

        return groups.Count == 0 ? null : groups.MaxBy(group => group.Votes).First;
    }
}
