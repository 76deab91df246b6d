using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Devices;

/// <summary>The memory that a new program would find.</summary>
internal static class FreeMemory
{
    /// <summary>Bytes that are free on a device or can be freed at once: on the CPU the system's own account of it, or what the process's
    /// control group leaves where that is less. Null where nobody says, as for CUDA devices.</summary>
    public static long? Of(Device device) => device.type == DeviceType.CPU ? OfProcessor() : null;

    /// <summary>The same of the processor; asks no libtorch.</summary>
    public static long? OfProcessor() =>
        OperatingSystem.IsLinux() ? OfLinux("/")
        : GC.GetGCMemoryInfo() is var info ? info.TotalAvailableMemoryBytes - info.MemoryLoadBytes : null;

    /// <summary>The same for a Linux system whose files are below <paramref name="root"/>.</summary>
    internal static long? OfLinux(string root)
    {
        var free = Lines(Path.Combine(root, "proc/meminfo"))
            .FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            ? 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) : (long?)null;
        return Groups(root).Append(free).Where(f => f is not null).Min();
    }

    // Every group that the process is in limits it. A container sees its own group as the root.
    private static IEnumerable<long?> Groups(string root)
    {
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            var fields = line.Split(':', 3);
            var isSecond = fields is ["0", "", _];
            if (fields.Length != 3 || !isSecond && !fields[1].Split(',').Contains("memory", StringComparer.Ordinal))
            {
                continue;
            }

            var top = Path.Combine(root, isSecond ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
            for (var group = fields[2].Trim('/'); ; group = Path.GetDirectoryName(group) ?? "")
            {
                yield return isSecond
                    ? Left(Path.Combine(top, group), "memory.max", "memory.current", "")
                    : Left(Path.Combine(top, group), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_");
                if (group.Length == 0)
                {
                    break;
                }
            }
        }
    }

    // Files that are only cached count as used there, and go when memory is wanted.
    private static long? Left(string group, string limit, string used, string prefix)
    {
        if (Number(Path.Combine(group, limit)) is not { } most || Number(Path.Combine(group, used)) is not { } taken)
        {
            return null;
        }

        var cached = Lines(Path.Combine(group, "memory.stat")).Select(l => l.Split(' '))
            .Where(l => l is [var name, _] && (name == prefix + "inactive_file" || name == prefix + "active_file"))
            .Sum(l => long.Parse(l[1], CultureInfo.InvariantCulture));
        return Math.Max(0, most - Math.Max(0, taken - cached));
    }

    // "max" is not a limit.
    private static long? Number(string path) =>
        Lines(path) is [var text, ..] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
