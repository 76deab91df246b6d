using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>What a terminal is, as far as <c>dpost</c> draws on it.</summary>
/// <param name="IsThere">Whether somebody sees what is written; a file or a program reads it else.</param>
/// <param name="Width">Characters of a line.</param>
/// <param name="Colours">How many, in words.</param>
/// <param name="Locale">What the system says of characters, such as <c>C.UTF-8</c>; null where it says nothing.</param>
internal sealed record TerminalFacts(bool IsThere, int Width, string Colours, string? Locale);

/// <summary>What is there: libtorch, memory, devices, a terminal.</summary>
internal static class Machine
{
    private const long Gigabyte = 1_000_000_000;
    private const int LeastWidth = 60;

    /// <summary>Which libtorch, and whether it is the one that this build was made for.</summary>
    public static CheckResult Libtorch(MachineInfo info)
    {
        const string name = "libtorch";
        if (info.Problem is { } problem)
        {
            var (what, advice) = problem.Split(": ", 2) is [var before, var after] ? (before, after.TrimEnd('.')) : (problem, null);
            return new(name, CheckState.Red, what, advice);
        }

        return info.Libtorch?.StartsWith($"{NativeLibraries.ExpectedVersion}.", StringComparison.Ordinal) == true
            ? new(name, CheckState.Green, $"{info.Libtorch} in {info.LibtorchFolder ?? "the system's search path"}")
            : new(
                name, CheckState.Red, $"{info.Libtorch} in {info.LibtorchFolder}, where {NativeLibraries.ExpectedVersion} is expected",
                $"unset {NativeLibraries.FolderVariable}, or point it at a libtorch {NativeLibraries.ExpectedVersion}");
    }

    /// <summary>What computes.</summary>
    public static CheckResult Processor(MachineInfo info, int threads) => new(
        "processor", CheckState.Green,
        $"{info.Cpu}: {Counted.Of(info.Cores, "core")}, {info.CpuCapability}, bf16 in halves {info.HalfProducts}, "
        + $"{Counted.Of(threads, "thread")} in use");

    /// <summary>Whether a GPU that the system has is used.</summary>
    public static CheckResult? UnusedGpu(MachineInfo info, string devices = "/dev") =>
        info.Devices.Count > 1 || !File.Exists(Path.Combine(devices, "nvidia0")) ? null
        : new(
            "GPU", CheckState.Yellow, "the system has an NVIDIA GPU, but this libtorch does not use it",
            $"build with -p:Cuda=true, or point {NativeLibraries.FolderVariable} at a CUDA build of libtorch "
            + $"{NativeLibraries.ExpectedVersion}; without a GPU in CUDA_VISIBLE_DEVICES this is as it should be");

    /// <summary>What a new program would find free.</summary>
    public static CheckResult Memory(long? free) => free is not { } bytes
        ? new("memory", CheckState.Yellow, "the system does not say how much is free")
        : new(
            "memory", bytes < Gigabyte / 4 ? CheckState.Red : bytes < 2 * Gigabyte ? CheckState.Yellow : CheckState.Green,
            $"{Bytes.Text(bytes)} free", bytes < 2 * Gigabyte ? "end other programs; dpost plan says what a training takes" : null);

    /// <summary>The same of a GPU.</summary>
    public static CheckResult Memory(Device device)
    {
        var (free, all) = CudaMemory.Of(device);
        return new(
            $"memory of {device}", free < Gigabyte ? CheckState.Yellow : CheckState.Green, $"{Bytes.Text(free)} of {Bytes.Text(all)} free",
            free < Gigabyte ? "nvidia-smi names the programs that hold the rest" : null);
    }

    /// <summary>Whether bars and tables can be drawn.</summary>
    public static CheckResult Terminal(TerminalFacts facts)
    {
        const string name = "terminal";
        if (!facts.IsThere)
        {
            return new(name, CheckState.Green, "none: a file or a program reads this, so nothing is drawn");
        }

        var measured = $"{facts.Width} characters wide, {facts.Colours}, locale {facts.Locale ?? "not set"}";
        return facts.Width < LeastWidth ? new(name, CheckState.Yellow, measured, $"tables need {LeastWidth} characters: widen it")
            : facts.Locale is { } locale && !IsUtf8(locale)
            ? new(name, CheckState.Yellow, measured, "where signs look wrong, set LANG=C.UTF-8")
            : new(name, CheckState.Green, measured);
    }

    private static bool IsUtf8(string locale) =>
        locale.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase);
}
