using System.Diagnostics;
using DpoSt.App;

namespace DpoSt.Tests.App.Terminal;

/// <summary>A reader that has gone ends the program quietly; a place that takes nothing is one sentence and code 2.</summary>
public sealed class ClosedPipesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("dpost calc 1+1 > /dev/full", 2, "No space left on device")]
    [InlineData("dpost --help > /dev/full", 2, "No space left on device")]
    [InlineData("dpost calc 1+1 >&-", 2, "standard output")]
    [InlineData("dpost info --json >&-", 2, "standard output")]
    [InlineData("dpost calc 1+1 2>&-", 0, "")]
    [InlineData("dpost calc 1+1 2> /dev/full", 0, "")]
    [InlineData("dpost calc 1+1 <&-", 0, "")]
    [InlineData("dpost check --gold 1 2>&- >&-", 2, "")]
    [InlineData("dpost --help | head -1; exit ${PIPESTATUS[0]}", 0, "")]
    [InlineData("(sleep 1; dpost --help) | true; exit ${PIPESTATUS[0]}", 0, "")]
    public void Of_standard_streams(string line, int code, string says)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell of Unix and /dev/full");
        var (ended, error) = Bash(line);
        Assert.Equal(code, ended);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.True(error.Split('\n').Length <= 2 && !error.Contains("dpost failed", StringComparison.Ordinal), error);
    }

    [Fact]
    public void One_after_the_other_writes_behind_what_is_there()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell of Unix");
        Bash($"(dpost calc 1+1; echo and; dpost calc 2+2) > {folder.File("sums")}");
        Assert.Equal("2\nand\n4\n", File.ReadAllText(folder.File("sums")));
    }

    private static (int Code, string Error) Bash(string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"dpost() {{ dotnet '{typeof(Cli).Assembly.Location}' \"$@\"; }}; {line}"])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        using var shell = Process.Start(start)!;
        shell.StandardInput.Close();
        var error = shell.StandardError.ReadToEnd();
        shell.WaitForExit();
        return (shell.ExitCode, error);
    }
}
