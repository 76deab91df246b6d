using DpoSt.Tensors.Devices;
using TorchSharp;

namespace DpoSt.Tests.Tensors.Devices;

public sealed class FreeMemoryTests
{
    private const string Meminfo = "MemTotal:       8000000 kB\nMemFree:          10000 kB\nMemAvailable:   4000000 kB\n";

    [Fact]
    public void Without_a_limit_it_is_what_the_system_says() =>
        Equal(
            4_096_000_000, ("proc/meminfo", Meminfo), ("proc/self/cgroup", "0::/user\n"), ("sys/fs/cgroup/user/memory.max", "max\n"),
            ("sys/fs/cgroup/user/memory.current", "5\n"));

    // 900 used, of which 250 are files that go when memory is wanted.
    [Fact]
    public void A_control_group_leaves_its_limit_less_what_is_used_and_not_only_cached() => Equal(
        350, ("proc/meminfo", Meminfo), ("proc/self/cgroup", "0::/a/b\n"), ("sys/fs/cgroup/a/b/memory.max", "max\n"),
        ("sys/fs/cgroup/a/b/memory.current", "1\n"),
        ("sys/fs/cgroup/a/memory.max", "1000\n"), ("sys/fs/cgroup/a/memory.current", "900\n"),
        ("sys/fs/cgroup/a/memory.stat", "anon 650\ninactive_file 200\nactive_file 50\n"));

    [Fact]
    public void So_does_one_of_the_first_version_and_a_containers_own() => Equal(
        300, ("proc/meminfo", Meminfo), ("proc/self/cgroup", "5:cpu,cpuacct:/\n4:memory:/docker/x\n0::/\n"),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000\n"),
        ("sys/fs/cgroup/memory/memory.usage_in_bytes", "800\n"),
        ("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 100\ntotal_active_file 0\n"));

    [Fact]
    public void Nobody_says_for_a_system_without_these_files_and_for_another_device()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(FreeMemory.OfLinux(folder.Root));
        Assert.Null(FreeMemory.Of(new torch.Device(DeviceType.CUDA, 0)));
        Assert.InRange(FreeMemory.Of(torch.CPU)!.Value, 1, long.MaxValue);
    }

    private static void Equal(long expected, params (string Path, string Text)[] files)
    {
        using var folder = new TemporaryFolder();
        foreach (var (path, text) in files)
        {
            var place = Path.Combine(folder.Root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.WriteAllText(place, text);
        }

        Assert.Equal(expected, FreeMemory.OfLinux(folder.Root));
    }
}
