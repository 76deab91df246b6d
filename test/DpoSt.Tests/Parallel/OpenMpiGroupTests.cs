using DpoSt.Parallel;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

public sealed class OpenMpiGroupTests
{
    public static TheoryData<int, bool> Ways =>
        new(from count in new[] { 2, 3, 4 } from tcp in new[] { false, true } where count != 3 || !tcp select (count, tcp));

    [Theory, MemberData(nameof(Ways))]
    public void Collectives_give_what_their_names_say(int count, bool tcp)
    {
        using var folder = new TemporaryFolder();
        Ranks.Run(folder.Root, $"*{nameof(OpenMpiGroupTests)}.{nameof(Rank)}", count, tcp ? Ranks.OverTcp : []);
        Assert.Equal(count, Directory.GetFiles(folder.Root, "done-*").Length);
    }

    [Fact(Explicit = true)]
    public void Rank()
    {
        Assert.SkipWhen(Ranks.Folder is null, "mpirun starts this");
        using var group = OpenMpiGroup.Join();
        Collectives.Check(group, ScalarType.Float32, ScalarType.Float64);
        Assert.Throws<ArgumentException>(() => group.BeginAllReduce(zeros(2, dtype: ScalarType.BFloat16)));
    }
}
