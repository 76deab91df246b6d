using System.Diagnostics;
using System.Runtime.InteropServices;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests;

public sealed partial class MaskedThreadTests
{
    private const int Interrupt = 2;
    private const int Continue = 18;              // SIGCONT: .NET handles it, and nothing comes of it

    [Fact]
    public async Task Training_under_a_hail_of_signals_ends_with_the_same_weights()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent by Linux's numbers");
        string[] arguments =
            ["sft", "--config-path", "exp_config/tiny", "trainer.max_steps=24", "trainer.logging_steps=1", "model.model_path=base"];
        using var calm = new TinyRun();
        var (code, _, error) = calm.Run(arguments);
        Assert.True(code == 0, error);

        using var hail = new TinyRun();
        using var process = hail.Start(arguments);
        while (process.StandardError.ReadLine() is { } line && !line.Contains("  loss ", StringComparison.Ordinal))
        {
        }

        var rest = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (!process.WaitForExit(1))
        {
            _ = Kill(process.Id, Continue);
        }

        Assert.True(process.ExitCode == 0, await rest);
        Assert.Equal(
            File.ReadAllBytes(calm.Path("ft_models/tiny/sft-0/model.safetensors")),
            File.ReadAllBytes(hail.Path("ft_models/tiny/sft-0/model.safetensors")));
    }

    [Fact]
    public async Task Ctrl_C_ends_what_waits_for_its_input()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent by Linux's numbers");
        using var run = new TinyRun();
        using var process = run.Start(start => start.RedirectStandardInput = true, ["tokenize", "--tokenizer", "base"]);
        await process.StandardInput.WriteLineAsync("{\"text\": \"two\"}");
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));    // now it waits for the next
        _ = Kill(process.Id, Interrupt);
        Assert.Equal("Interrupted.\n", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
    }

    [Fact]
    public void A_process_started_from_it_masks_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc tells what is masked");
        var (own, child) = ("", "");
        MaskedThread.Run(() =>
        {
            own = Blocked(File.ReadLines("/proc/thread-self/status"));
            using var process = MaskedThread.Unmasked(
                () => Process.Start(
                    new ProcessStartInfo("cat", "/proc/self/status") { RedirectStandardOutput = true, UseShellExecute = false })!);
            child = Blocked(process.StandardOutput.ReadToEnd().Split('\n'));
            return 0;
        });

        var masked = Convert.ToUInt64(own, 16);
        Assert.All([1, 2, 10, 15, 17, 18, 28], signal => Assert.NotEqual(0UL, masked >> (signal - 1) & 1));
        // ABRT, FPE, SEGV, and what .NET stops its threads with
        Assert.All([6, 8, 11, 34], signal => Assert.Equal(0UL, masked >> (signal - 1) & 1));
        Assert.Equal(0UL, Convert.ToUInt64(child, 16));
    }

    private static string Blocked(IEnumerable<string> status) =>
        status.Single(line => line.StartsWith("SigBlk:", StringComparison.Ordinal)).Split('\t')[1];

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
