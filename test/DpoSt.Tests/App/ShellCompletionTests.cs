using System.Diagnostics;
using DpoSt.Configuration.Binding;

namespace DpoSt.Tests.App;

/// <summary>The scripts of <c>dpost completion</c>, asked by the shells that are here.</summary>
public sealed class ShellCompletionTests
{
    // What bash would hand over: it cuts words at "=". Files are left to bash where "default" stays on.
    private const string AskBash = """
        compopt() { said+=" $*"; }
        ask() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) said=; _dpost; printf '%s;' "${COMPREPLY[@]}"; printf '|%s\n' "$said"; }

        """;

    public static TheoryData<string, string> Lines => new()
    {
        { "dpost vali", "validate" },
        { "dpost bench tr", "train" },
        { "dpost bench train --mo", "--mode --model" },
        { "dpost bench train --dtype f", "fp32" },
        { "dpost run --dr", "--dry-run" },
        { "dpost generate --format r", "reference" },
        { "dpost sft --device c", "cpu cuda" },
        { "dpost sft trainer.max_st", "trainer.max_steps=" },
        { "dpost sft +trainer.bf", "+trainer.bf16=" },
        { "dpost run trainer.max_st", "" },
        { "dpost run sft.trainer.max_st", "sft.trainer.max_steps=" },
        { "dpost demo ++dpo.trainer.loss", "++dpo.trainer.loss_type=" },
        { "dpost sft --nproc 1", "" },
    };

    [Theory]
    [InlineData("dpost ev", "eval-sampling")]
    [InlineData("dpost run --dr", "--dry-run")]
    [InlineData("dpost generate --format R", "Reference")]
    public void A_command_line_is_completed_for_any_shell_that_asks(string line, string word)
    {
        var run = CommandRun.Of($"[suggest:{line.Length}]", line);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains(word, run.Out.Split('\n'));
        Assert.DoesNotContain("calc", run.Out.Split('\n'));
    }

    [Theory, MemberData(nameof(Lines))]
    public void Bash_completes(string line, string words)
    {
        var said = Shell("/bin/bash", "bash", $"{AskBash}ask {Words(line)}").Split('|')[0];
        Assert.Equal(
            words.Split(' ', StringSplitOptions.RemoveEmptyEntries), said.Split(';', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public void Bash_completes_values_behind_an_equals_sign_and_leaves_files_to_itself()
    {
        string[] asked =
        [
            "dpost sft trainer.bf16 = t", "dpost sft --device = c", "dpost sft trainer.bf16 =", "dpost sft model.model_path = b",
            "dpost sft --config-path ex", "dpost data my",
        ];
        var said = Shell("/bin/bash", "bash", AskBash + string.Join('\n', asked.Select(line => $"ask {Words(line)}"))).Split('\n');
        Assert.Equal(
            [
                "true;| +o default +o bashdefault", "cpu;cuda;| +o default +o bashdefault", "true;false;| +o default +o bashdefault",
                ";|", ";|", ";|",
            ],
            said[..^1]);
    }

    [Theory, MemberData(nameof(Lines))]
    public void Fish_completes(string line, string words)
    {
        Assert.SkipWhen(words.Length == 0, "fish shows what has the letters anywhere");
        var said = Shell("/usr/bin/fish", "fish", $"complete -C '{line}'");
        Assert.Equal(
            words.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0]).Order());
    }

    [Theory]
    [InlineData("/bin/bash", "bash")]
    [InlineData("/usr/bin/zsh", "zsh")]
    [InlineData("/usr/bin/fish", "fish")]
    public void A_shell_that_reads_its_script_finds_no_fault(string program, string shell) =>
        Assert.Equal("", Shell(program, shell, "", "-n"));

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("powershell")]
    public void A_script_has_every_command_and_key(string shell)
    {
        var script = CommandRun.Of("completion", shell).Out;
        Assert.All(["bench train", "make-rft-data", "--config-name"], word => Assert.Contains(
            shell == "fish" ? word.TrimStart('-') : word, script, StringComparison.Ordinal));
        Assert.All(
            ConfigurationKeys.All.OfRun.Concat(ConfigurationKeys.All.OfTraining),
            key => Assert.Contains($"{key}=", script, StringComparison.Ordinal));
        Assert.DoesNotContain("--until-interrupted", script, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', script);
    }

    private static string Words(string line) => string.Join(' ', line.Split(' ').Select(word => $"'{word}'"));

    private static string Shell(string program, string shell, string more, params string[] options)
    {
        Assert.SkipUnless(File.Exists(program), $"there is no {program} here");
        using var folder = new TemporaryFolder();
        var file = folder.File("script");
        File.WriteAllText(file, CommandRun.Of("completion", shell).Out + "\n" + more + "\n");
        var start = new ProcessStartInfo(program, [.. options, file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal("", error.Result);
        return said;
    }
}
