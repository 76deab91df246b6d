using DpoSt.Parallel;
using DpoSt.Tensors.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>What is examined.</summary>
/// <param name="Folder">Where runs would write.</param>
/// <param name="Device">auto for the processor and every GPU, else the only one: cpu or cuda:N.</param>
/// <param name="Threads">Threads on the CPU.</param>
/// <param name="Program">This program and what comes before its arguments, to be started as other processes.</param>
/// <param name="Terminal">Where people read.</param>
internal sealed record Examination(string Folder, string Device, int Threads, IReadOnlyList<string> Program, TerminalFacts Terminal)
{
    internal Func<MachineInfo> Info { get; init; } = MachineInfo.Read;
    internal Func<Device, IReadOnlyList<KernelTrial>> Kernels { get; init; } = KernelTrials.On;
    internal Func<string, DiskProbe> Disk { get; init; } = folder => new DiskProbe(folder);
}

/// <summary>Whether this machine computes right.</summary>
internal static class Doctor
{
    /// <inheritdoc cref="OwnProcesses.WaitOption"/>
    public const string WaitOption = OwnProcesses.WaitOption;

    private static readonly ScalarType[] Products = [ScalarType.Float32, ScalarType.BFloat16];

    /// <summary>Looks at everything, a result a check, as they come.</summary>
    public static IEnumerable<CheckResult> Examine(Examination asked, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var info = asked.Info();
        var libtorch = Machine.Libtorch(info);
        yield return libtorch;
        foreach (var check in Around(asked, info).Concat(libtorch.State == CheckState.Green ? Computing(asked, info, cancel) : []))
        {
            cancel.ThrowIfCancellationRequested();
            if (Guarded(check) is { } result)
            {
                yield return result;
            }
        }

        if (libtorch.State != CheckState.Green)
        {
            yield return new("kernels", CheckState.Yellow, "not tried, nor training, decoding and ranks: there is no libtorch to do it");
        }
    }

    /// <summary>What one of the ranks says that an examination has started: what is wrong, null where nothing is.</summary>
    public static string? AsRank(IProcessGroup group, Device device) => RankTrial.Run(group, device);

    private static IEnumerable<(string Name, Func<CheckResult?> Run)> Around(Examination asked, MachineInfo info)
    {
        var processes = new OwnProcesses(asked.Program);
        yield return ("processor", () => Machine.Processor(info, asked.Threads));
        yield return ("GPU", () => Machine.UnusedGpu(info));
        yield return ("memory", () => Machine.Memory(FreeMemory.OfProcessor()));
        yield return ("disk", () => asked.Disk(asked.Folder).Run("this folder"));
        yield return ("disk", () => asked.Disk(Path.GetTempPath()).Run("temporary files"));
        yield return ("terminal", () => Machine.Terminal(asked.Terminal));
        yield return ("Ctrl-C", () => processes.Signal(2, "Ctrl-C"));
        yield return ("SIGTERM", () => processes.Signal(15, "SIGTERM"));
    }

    private static IEnumerable<(string Name, Func<CheckResult?> Run)> Computing(
        Examination asked, MachineInfo info, CancellationToken cancel)
    {
        var processes = new OwnProcesses(asked.Program);
        string[] given = ["cpu", asked.Device];
        string[] names = asked.Device == "auto" ? [.. info.Devices] : [.. given.Distinct(StringComparer.Ordinal)];
        ComputeThreads.Use(asked.Threads);
        var gpus = names.Count(name => name != "cpu");
        yield return ("two ranks", () => processes.Ranks("cpu", cancel));
        if (gpus > 1)
        {
            yield return ("two ranks by NCCL", () => processes.Ranks("cuda", cancel));
        }

        foreach (var device in names.Select(ComputeDevice.Parse))
        {
            if (device.type == DeviceType.CUDA)
            {
                yield return ($"memory of {device}", () => Machine.Memory(device));
                yield return ($"NCCL on {device}", () => Alone(device));
            }

            foreach (var trial in asked.Kernels(device))
            {
                yield return (trial.Name, () => trial.Run(device));
            }

            foreach (var (model, products) in ModelTrial.All.SelectMany(model => Products.Select(products => (model, products))))
            {
                yield return ($"decoding on {device}", () => model.Decode(device, products));
                yield return ($"training on {device}", () => model.Train(device, products));
            }
        }
    }

    // A group of one GPU: whether the library is there and takes our tensors.
    private static CheckResult Alone(Device device)
    {
        var name = $"NCCL on {device}";
        try
        {
            using var group = new NcclGroup(new SingleProcess(), Nccl.Load(), DeviceType.CUDA);
            return RankTrial.Run(group, device) is { } wrong
                ? new(name, CheckState.Red, $"wrong: {wrong}", "train with one process (--nproc 1)")
                : new(name, CheckState.Green, "calls of a group of one are exact");
        }
        catch (UserErrorException e)
        {
            return new(name, CheckState.Yellow, "several GPUs cannot work together", e.Message.TrimEnd('.'));
        }
    }

    // What fails to compute at all is wrong too, and the others still say something.
    private static CheckResult? Guarded((string Name, Func<CheckResult?> Run) check)
    {
        try
        {
            return check.Run();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new(
                check.Name, CheckState.Red, $"failed: {e.Message.Split('\n')[0].TrimEnd('.', '\r')}",
                "report it with what dpost info --json prints");
        }
    }
}
