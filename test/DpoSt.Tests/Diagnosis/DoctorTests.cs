using System.Diagnostics;
using System.Text.Json;
using DpoSt.App;
using DpoSt.Diagnosis;
using DpoSt.Parallel;
using DpoSt.Tensors.Devices;
using static TorchSharp.torch;

namespace DpoSt.Tests.Diagnosis;

/// <summary>What <c>dpost doctor</c> says of the machine around the kernels. (<c>DocumentedCommandsTests</c> runs all of it.)</summary>
public sealed class DoctorTests
{
    private static readonly MachineInfo Here = MachineInfo.Read();

    [Fact]
    public void Another_libtorch_is_red_with_the_version_that_is_expected()
    {
        Assert.Equal(CheckState.Green, Machine.Libtorch(Here).State);
        var other = Machine.Libtorch(Here with { Libtorch = "2.9.1", LibtorchFolder = "/opt/torch" });
        Assert.Equal((CheckState.Red, "2.9.1 in /opt/torch, where 2.10 is expected"), (other.State, other.Measured));
        var none = Machine.Libtorch(Here with { Libtorch = null, Problem = "libtorch is 2.9.1, but 2.10 is needed: do this." });
        Assert.Equal((CheckState.Red, "libtorch is 2.9.1, but 2.10 is needed", "do this"), (none.State, none.Measured, none.Advice));
    }

    [Fact]
    public void Without_libtorch_the_command_says_so_and_what_it_left_out()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Root, "libc10.so"), "");
        File.WriteAllText(Path.Combine(folder.Root, "libtorch_cpu.so"), "");
        var start = new ProcessStartInfo(OwnProgram.Words[0], [.. OwnProgram.Words.Skip(1), "doctor", "--json"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["DPOST_LIBTORCH"] = folder.Root;
        using var process = Process.Start(start)!;
        var said = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        process.WaitForExit();
        Assert.Equal((1, false), (process.ExitCode, said.GetProperty("ok").GetBoolean()));
        var checks = said.GetProperty("checks").EnumerateArray().ToDictionary(
            check => check.GetProperty("name").GetString()!, check => check.GetProperty("state").GetString());
        Assert.Equal(("red", "yellow", "green"), (checks["libtorch"], checks["kernels"], checks["SIGTERM"]));
    }

    [Fact]
    public void A_full_disk_is_red_with_the_reason()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        using var folder = new TemporaryFolder();
        var disk = new DiskProbe(folder.Root);
        Assert.NotEqual(CheckState.Red, disk.Run("this folder").State);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Root));

        var full = (disk with { Create = () => new FileStream("/dev/full", FileMode.Open, FileAccess.ReadWrite) }).Run("this folder");
        Assert.Equal((CheckState.Red, "disk of this folder"), (full.State, full.Name));
        Assert.Contains("No space left on device", full.Measured, StringComparison.Ordinal);
        Assert.Contains("free some space", full.Advice, StringComparison.Ordinal);
        Assert.Equal(CheckState.Red, (disk with { Free = () => 1_000_000 }).Run("this folder").State);
        Assert.Equal(CheckState.Yellow, (disk with { Free = () => 1_000_000_000 }).Run("this folder").State);
        Assert.Equal(CheckState.Red, new DiskProbe(Path.Combine(folder.Root, "none")).Run("this folder").State);
    }

    [Fact]
    public void Numbers_that_a_disk_changes_are_red()
    {
        var disk = new DiskProbe(".") { Create = () => new Lossy() };
        Assert.Contains("reads back otherwise", disk.Run("this folder").Measured, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000_000, nameof(CheckState.Red))]
    [InlineData(1_000_000_000, nameof(CheckState.Yellow))]
    [InlineData(8_000_000_000, nameof(CheckState.Green))]
    public void Little_memory_is_told(long free, string state) =>
        Assert.Equal(state, $"{Machine.Memory(free).State}");

    [Theory]
    [InlineData(false, 10, "C", nameof(CheckState.Green))]
    [InlineData(true, 80, "en_GB.UTF-8", nameof(CheckState.Green))]
    [InlineData(true, 80, null, nameof(CheckState.Green))]
    [InlineData(true, 40, "C.utf8", nameof(CheckState.Yellow))]
    [InlineData(true, 80, "C", nameof(CheckState.Yellow))]
    public void A_terminal_that_is_narrow_or_knows_ascii_alone_is_yellow(bool isThere, int width, string? locale, string state) =>
        Assert.Equal(state, $"{Machine.Terminal(new(isThere, width, "16 colours", locale)).State}");

    [Fact]
    public void A_check_that_throws_is_red_and_the_others_go_on()
    {
        var broken = KernelTrials.On(CPU)[0] with { Name = "broken", Kernel = _ => throw new InvalidOperationException("no such\ncall.") };
        var asked = new Examination(".", "cpu", 1, ["false"], new(false, 80, "no colours", null))
        {
            Kernels = _ => [broken, KernelTrials.On(CPU)[0]],
        };
        using var cancel = new CancellationTokenSource();
        var said = new List<CheckResult>();
        var examined = Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var result in Doctor.Examine(asked, cancel.Token))
            {
                said.Add(result);
                if (said.Count > 1 && said[^2].Name == "broken")
                {
                    cancel.Cancel();                                   // the models are tried elsewhere
                }
            }
        });
        Assert.Equal((CheckState.Red, "failed: no such"), (said[^2].State, said[^2].Measured));
        Assert.Equal(CheckState.Green, said[^1].State);
        Assert.Equal(CheckState.Red, said.Single(result => result.Name == "SIGTERM").State);           // of a program that is another
        Assert.NotNull(examined);
    }

    [Fact]
    public void Ranks_that_disagree_are_told()
    {
        Assert.Null(Doctor.AsRank(new SingleProcess(), CPU));
        Assert.Contains("sum of Float32", Doctor.AsRank(new Doubling(), CPU), StringComparison.Ordinal);
    }

    // A group of one whose sums come twice.
    private sealed class Doubling : IProcessGroup
    {
        private readonly SingleProcess one = new();

        public int Rank => 0;
        public int Size => 1;

        public IPendingTransfer BeginAllReduce(Tensor tensor)
        {
            tensor.mul_(2);
            return one.BeginAllReduce(tensor);
        }

        public void ReduceScatter(Tensor whole, Tensor part) => one.ReduceScatter(whole, part);
        public IPendingTransfer BeginAllGather(Tensor part, Tensor whole) => one.BeginAllGather(part, whole);
        public void Broadcast(Tensor tensor, int root) => one.Broadcast(tensor, root);
        public void Barrier() { }
        public void Dispose() { }
    }

    // A disk that changes a bit.
    private sealed class Lossy : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var kept = buffer.ToArray();
            kept[^1] ^= 1;
            base.Write(kept);
        }
    }
}
