using DpoSt.Runs;

namespace DpoSt.Tests.Runs;

public sealed class RunLockTests
{
    [Fact]
    public void What_another_holds_and_what_cannot_be_written_are_two_things()
    {
        using var folder = new TemporaryFolder();
        using (RunLock.Take(folder.File("lock")))
        {
            Assert.Contains(
                "is held by another dpost", Assert.Throws<UserErrorException>(() => RunLock.Take(folder.File("lock"))).Message,
                StringComparison.Ordinal);
        }

        RunLock.Take(folder.File("lock")).Dispose();
        Assert.Contains(
            "could not be written", Assert.Throws<UserErrorException>(() => RunLock.Take(folder.File(new string('x', 300)))).Message,
            StringComparison.Ordinal);
    }
}
