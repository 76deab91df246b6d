using System.Diagnostics;
using System.Globalization;

namespace DpoSt.Tests.Parallel;

/// <summary>Runs a test of this program as several ranks, and never leaves one behind.</summary>
internal static class Ranks
{
    /// <summary>Names the folder in which a test that was started as a rank leaves what it found.</summary>
    private const string Variable = "DPOST_TEST_RANKS";

    /// <summary>Shared memory, which Open MPI takes by itself on one machine, and sockets, as between machines.</summary>
    public static readonly string[] OverTcp = ["--mca", "btl", "tcp,self", "--mca", "pml", "ob1"];

    /// <summary>The folder of a test that runs as a rank; null where the test is not one.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable(Variable);

    /// <summary>Whether this rank was started with <see cref="OverTcp"/>: mpirun hands its parameters on as variables.</summary>
    public static bool IsOverTcp => Environment.GetEnvironmentVariable("OMPI_MCA_btl") == "tcp,self";

    /// <summary>Skips the test where Open MPI is not installed (a failure when CI=true).</summary>
    public static void Need()
    {
        if ((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(
            folder => File.Exists(Path.Combine(folder, "mpirun"))))
        {
            return;
        }

        const string reason = "Open MPI is not installed (apt-get install openmpi-bin)";
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
        Assert.Skip(reason);
    }

    /// <summary>Runs an explicit test as <paramref name="count"/> ranks that write into a folder.</summary>
    public static void Run(string folder, string method, int count, params string[] transport)
    {
        var (code, said) = Mpirun(
            folder,
            [
                .. transport, "-n", count.ToString(CultureInfo.InvariantCulture), "dotnet", typeof(Ranks).Assembly.Location, "-method",
                method, "-explicit", "only", "-noLogo", "-noColor"
            ]);
        Assert.True(code == 0, $"{count} ranks of {method} ended with code {code}: {said}");
    }

    /// <summary>Runs mpirun in a folder, four minutes at most; gives how it ended, and what was said.</summary>
    public static (int Code, string Said) Mpirun(string folder, params string[] arguments)
    {
        Need();
        // timeout(1) ends the whole group, should a rank hang.
        string[] line =
        [
            "--kill-after=10", "240", "mpirun", "--map-by", "slot:OVERSUBSCRIBE", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1",
            .. arguments
        ];
        var start = new ProcessStartInfo("timeout", line)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in (KeyValuePair<string, string>[])
        [
            new("OMPI_ALLOW_RUN_AS_ROOT", "1"), new("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
            new("OMPI_MCA_btl_vader_single_copy_mechanism", "none"), new(Variable, folder), new("TERM", "dumb"),
        ])
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
