using System.Diagnostics;

namespace DpoSt.Tests.App;

public sealed class ShellCompletionTests
{
    [Theory]
    [InlineData("dpost ev", "eval-sampling")]
    [InlineData("dpost run --dr", "--dry-run")]
    [InlineData("dpost generate --format R", "Reference")]
    public void A_command_line_is_completed(string line, string word)
    {
        var run = CommandRun.Of($"[suggest:{line.Length}]", line);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains(word, run.Out.Split('\n'));
        Assert.DoesNotContain("calc", run.Out.Split('\n'));
    }

    [Fact]
    public void The_lines_for_bash_do_that()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "there is no bash here");
        var lines = File.ReadLines(Path.Combine(SharedFolder.RepositoryRoot, "docs", "shell-completion.md"))
            .Where(l => l.StartsWith("    ", StringComparison.Ordinal));
        var script = $"dpost() {{ dotnet '{typeof(DpoSt.App.Cli).Assembly.Location}' \"$@\"; }}\n{string.Join('\n', lines)}\n"
            + "COMP_LINE='dpost vali' COMP_POINT=10\n_dpost\necho \"${COMPREPLY[@]}\"";
        using var bash = Process.Start(
            new ProcessStartInfo("/bin/bash", ["-c", script]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        Assert.Equal("validate\n", bash.StandardOutput.ReadToEnd());
    }
}
