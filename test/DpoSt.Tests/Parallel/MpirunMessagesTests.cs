using DpoSt.Parallel;

namespace DpoSt.Tests.Parallel;

public sealed class MpirunMessagesTests
{
    private const string Dashes = "--------------------------------------------------------------------------";

    [Fact]
    public void Of_a_page_on_a_rank_that_was_killed_a_sentence_is_left()
    {
        using var error = new StringWriter { NewLine = "\n" };
        var messages = new MpirunMessages(4, error);
        string[] lines =
        [
            "  step 3/20  loss 1.0", Dashes, "Primary job  terminated normally, but 1 process returned",
            "a non-zero exit code. Per user-direction, the job has been aborted.", Dashes, Dashes,
            "mpirun noticed that process rank 2 with PID 0 on node here exited on signal 9 (Killed).", Dashes,
            "[here:123] 1 more process has sent help message help-x.txt", "mpirun: Forwarding signal 10 to job", "rank 1 of 4: no.",
        ];
        Array.ForEach(lines, messages.Take);
        Assert.Equal(
            "  step 3/20  loss 1.0\nrank 2 of 4 was ended by signal 9 (Killed), and the job with it. "
            + "The same command goes on from the last resume state, with as many processes or fewer.\nrank 1 of 4: no.\n",
            error.ToString());
    }

    [Fact]
    public void What_keeps_a_job_from_starting_is_passed_on()
    {
        using var error = new StringWriter { NewLine = "\n" };
        var messages = new MpirunMessages(2, error);
        Array.ForEach([Dashes, "There are not enough slots available in the system to satisfy the 2", "slots that were requested.", Dashes],
            messages.Take);
        Assert.Equal("There are not enough slots available in the system to satisfy the 2 slots that were requested.\n", error.ToString());
    }
}
