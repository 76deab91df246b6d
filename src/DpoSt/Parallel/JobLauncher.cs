using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DpoSt.Parallel;

/// <summary>Starts a command as several ranks on this machine: mpirun, with what a small machine needs. What the ranks and mpirun say comes
/// through here, so that a rank that dies is told in a sentence and not in a page.</summary>
internal static partial class JobLauncher
{
    /// <summary>Asks every rank to stop after its step; mpirun passes it on, where Ctrl-C would end the ranks at once.</summary>
    public const int StopSignal = 10;             // SIGUSR1

    private const string Variable = "DPOST_LAUNCHER";
    private const int Terminate = 15;
    private const int BySignal = 128;
    private static readonly int? Launcher = int.TryParse(
        Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? id : null;

    /// <summary>Whether this is a rank that was started from here, by a process that is no more.</summary>
    internal static bool IsGone => Launcher is { } launcher && !Directory.Exists($"/proc/{launcher}");

    /// <summary>Runs the command to its end; gives its exit code, which is 1 where a rank was killed.</summary>
    /// <param name="processes">How many ranks.</param>
    /// <param name="command">A program and its arguments.</param>
    /// <param name="output">Receives what the ranks write to standard output.</param>
    /// <param name="error">Receives what they write to standard error, and a sentence on a rank that was killed.</param>
    /// <param name="cancel">Asks all ranks to stop.</param>
    /// <exception cref="UserErrorException">mpirun is not installed.</exception>
    public static int Run(int processes, IReadOnlyList<string> command, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        using var process = MaskedThread.Unmasked(() => Process.Start(StartInfo(Find("mpirun"), processes, command))!);
        var messages = new MpirunMessages(processes, error);
        process.OutputDataReceived += (_, line) => Pass(line.Data, output.WriteLine);
        process.ErrorDataReceived += (_, line) => Pass(line.Data, messages.Take);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            using var asks = cancel.Register(() => _ = Kill(process.Id, StopSignal));
            process.WaitForExit();
        }
        finally
        {
            if (!process.HasExited)
            {
                _ = Kill(-process.Id, Terminate);
            }
        }

        return process.ExitCode > BySignal && !cancel.IsCancellationRequested ? 1 : process.ExitCode;
    }

    // A session of its own: Ctrl-C reaches the ranks as a wish and not as their end.
    private static ProcessStartInfo StartInfo(string mpirun, int processes, IReadOnlyList<string> command)
    {
        string[] arguments =
        [
            mpirun, "--map-by", "slot:OVERSUBSCRIBE", "--bind-to", "none", "-n", processes.ToString(CultureInfo.InvariantCulture),
            .. command
        ];
        var start = new ProcessStartInfo("setsid", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in (KeyValuePair<string, string>[])
        [
            new("OMPI_ALLOW_RUN_AS_ROOT", "1"), new("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),                     // containers
            new("OMPI_MCA_mpi_yield_when_idle", "1"), new("OMP_NUM_THREADS", "1"),                             // more ranks than processors
            new("OMPI_MCA_btl_vader_single_copy_mechanism", "none"),                                         // containers forbid it
        ])
        {
            start.Environment.TryAdd(name, value);
        }

        start.Environment[Variable] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return start;
    }

    private static string Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
        ?? throw new UserErrorException(
            $"several processes need Open MPI 4.1 or 5, but {program} is not on the PATH: apt-get install openmpi-bin.");

    private static void Pass(string? line, Action<string> take)
    {
        if (line is not null)
        {
            take(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
