using System.Diagnostics;

namespace DpoSt.Tests.Library;

/// <summary>The command as a tool, installed from packages alone.</summary>
public sealed class ToolTests
{
    // It builds the program for its system once more: two minutes.
    [Fact(Explicit = true)]
    public void It_is_installed_and_answers()
    {
        using var folder = new TemporaryFolder();
        Shell(folder, $"dotnet pack '{SharedFolder.RepositoryRoot}/src/DpoSt.App' -c Release -o feed -v q --nologo");
        var packed = Directory.GetFiles(folder.File("feed"), "*.nupkg").Sum(file => new FileInfo(file).Length);
        Assert.InRange(packed, 1, 250_000_000);
        Shell(folder, "dotnet tool install dpost --tool-path tools --source feed --version 0.1.0");
        Assert.Equal("24", Shell(folder, "tools/dpost calc 48/2").Trim());
        Assert.Contains("sft-0", Shell(
            folder, "tools/dpost demo loop.iterations=0 loop.eval_samples=0 sft.trainer.max_steps=1 eval.max_new_tokens=2 2>&1"));
    }

    private static string Shell(TemporaryFolder folder, string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", line])
        {
            WorkingDirectory = folder.Root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }
}
