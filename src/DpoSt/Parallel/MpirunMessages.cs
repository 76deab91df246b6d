using System.Text.RegularExpressions;

namespace DpoSt.Parallel;

/// <summary>Standard error of a job: the ranks' own lines pass; mpirun's, which stand between lines of dashes, do not, except that a rank
/// that was killed is told in a sentence.</summary>
internal sealed partial class MpirunMessages(int processes, TextWriter error)
{
    private bool isInside;
    private string message = "";

    /// <summary>The next line.</summary>
    public void Take(string line)
    {
        if (line.Length > 50 && line.All(c => c == '-'))
        {
            (isInside, message) = (!isInside, isInside ? Told() : "");
        }
        else if (isInside)
        {
            message += $" {line.Trim()}";
        }
        else if (!Aside().IsMatch(line))
        {
            error.WriteLine(line);
        }
    }

    private string Told()
    {
        if (Killed().Match(message) is { Success: true } match)
        {
            error.WriteLine(
                $"rank {match.Groups["rank"].Value} of {processes} was ended by signal {match.Groups["signal"].Value}, "
                + "and the job with it. The same command goes on from the last resume state, with as many processes or fewer.");
        }
        else if (Refused().IsMatch(message))
        {
            error.WriteLine(message.Trim());
        }

        return "";
    }

    [GeneratedRegex(@"process rank (?<rank>\d+) with PID \d+ .*exited on signal\s+(?<signal>\d+( \([^)]*\))?)",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Killed();

    // What keeps a job from starting is worth reading as it is.
    [GeneratedRegex("(not enough slots|unable to launch|was unable to|could not be found|ORTE was unable)", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Refused();

    // Such as "[host:123] 1 more process has sent help message ...", and what the signal of --nproc's Ctrl-C leaves.
    [GeneratedRegex(@"^(\[[^\]]+:\d+\] |mpirun: Forwarding signal )", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Aside();
}
