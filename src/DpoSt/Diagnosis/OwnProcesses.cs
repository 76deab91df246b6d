using System.Diagnostics;
using System.Runtime.InteropServices;
using DpoSt.Parallel;

namespace DpoSt.Diagnosis;

/// <summary>Checks that need this program as other processes.</summary>
/// <param name="program">This program and what comes before its arguments.</param>
internal sealed partial class OwnProcesses(IReadOnlyList<string> program)
{
    /// <summary>Lets <c>dpost doctor</c> say that it waits, and wait to be interrupted.</summary>
    public const string WaitOption = "--until-interrupted";

    private const int Interrupted = 130;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Whether a command that waits ends in order when it is told to.</summary>
    /// <param name="signal">2 for Ctrl-C, 15 for a request to end.</param>
    /// <param name="name">Its name.</param>
    public CheckResult Signal(int signal, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return new(name, CheckState.Yellow, "not tried on Windows");
        }

        if (IsIgnored(signal))
        {
            return new(
                name, CheckState.Yellow, "ignored by what started this: a job in the background of a script, or nohup",
                "stop such a run by kill -TERM, which ends it in order");
        }

        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), "doctor", WaitOption])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = MaskedThread.Unmasked(() => Process.Start(start)!);
        try
        {
            var isReady = process.StandardOutput.ReadLineAsync().Wait(Patience);             // it says that it waits
            var said = process.StandardError.ReadToEndAsync();
            var ends = isReady && Kill(process.Id, signal) == 0 && process.WaitForExit(Patience);
            return !ends ? new(name, CheckState.Red, "a waiting command does not end", "end runs by kill -9; they resume")
                : process.ExitCode == Interrupted && said.Wait(Patience) && said.Result.Contains("Interrupted", StringComparison.Ordinal)
                ? new(name, CheckState.Green, $"a waiting command ends in order, code {Interrupted}")
                : new(
                    name, CheckState.Red, $"a waiting command ends with code {process.ExitCode} and saves nothing",
                    "something between you and dpost handles signals: start it without");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Two ranks on this machine, which try what they tell each other.</summary>
    /// <param name="device">Where their tensors are: cpu or cuda.</param>
    /// <param name="cancel">Ends them.</param>
    public CheckResult Ranks(string device, CancellationToken cancel)
    {
        var name = device == "cpu" ? "two ranks" : "two ranks by NCCL";
        using var output = new StringWriter();
        using var error = new StringWriter();
        try
        {
            var code = JobLauncher.Run(2, [.. program, "doctor", "--device", device, "--threads", "1"], output, error, cancel);
            var said = $"{error}{output}".Trim().ReplaceLineEndings("; ");
            return code == 0
                ? new(name, CheckState.Green, "sums, scattered sums, gathering and broadcasts are exact")
                : new(name, CheckState.Red, said.Length > 0 ? said : $"they end with code {code}", "train with one process (--nproc 1)");
        }
        catch (UserErrorException e)
        {
            return new(name, CheckState.Yellow, "not tried: Open MPI is not installed", e.Message.TrimEnd('.'));
        }
    }

    // A process inherits it, and .NET leaves it so.
    private static bool IsIgnored(int signal)
    {
        const string status = "/proc/self/status";
        var line = File.Exists(status)
            ? File.ReadLines(status).FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        return line is not null && (Convert.ToUInt64(line[7..].Trim(), 16) >> (signal - 1) & 1) == 1;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
