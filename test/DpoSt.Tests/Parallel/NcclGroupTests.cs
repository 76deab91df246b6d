using DpoSt.Parallel;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>
/// Ranks connected by functions like NCCL's. What NCCL itself does with a GPU's memory is not tested here: that needs GPUs.
/// </summary>
public sealed class NcclGroupTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3, Explicit = true)]
    public void Collectives_give_what_their_names_say(int count)
    {
        using var folder = new TemporaryFolder();
        Ranks.Run(folder.Root, $"*{nameof(NcclGroupTests)}.{nameof(Rank)}", count);
        Assert.Equal(count, Directory.GetFiles(folder.Root, "done-*").Length);
    }

    [Fact(Explicit = true)]
    public void Rank()
    {
        Assert.SkipWhen(Ranks.Folder is null, "mpirun starts this");
        var host = OpenMpiGroup.Join();
        using var group = new NcclGroup(host, StandInNccl.Of(host), DeviceType.CPU);
        Collectives.Check(group, ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16);
    }

    [Fact]
    public void A_machine_without_nccl_says_what_to_install()
    {
        var loaded = System.Runtime.InteropServices.NativeLibrary.TryLoad("libnccl.so.2", out _);
        Assert.SkipWhen(loaded, "NCCL is installed here");
        var error = Assert.Throws<UserErrorException>(() => Nccl.Load());
        Assert.Contains("libnccl.so.2 is not there: install libnccl2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_that_fails_says_why()
    {
        var nccl = StandInNccl.Of(new SingleProcess());
        var error = Assert.Throws<InvalidOperationException>(() => nccl.Leave(1));
        Assert.Contains("ncclCommDestroy failed: invalid argument (code 4", error.Message, StringComparison.Ordinal);
    }
}
