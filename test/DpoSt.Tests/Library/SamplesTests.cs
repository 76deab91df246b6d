using System.Diagnostics;
using System.Globalization;
using System.Text;
using DpoSt.App.Demo;

namespace DpoSt.Tests.Library;

/// <summary>The programs in samples/, from an empty folder with the packed package alone.</summary>
public sealed class SamplesTests : IDisposable
{
    private static readonly string Repository = SharedFolder.RepositoryRoot;
    private const string Cache = "NUGET_PACKAGES";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_sample_builds_and_runs()
    {
        Shell($"dotnet pack '{Repository}/src/DpoSt' -c Release --no-build -o feed -v q --nologo");
        // What the package needs is in the usual cache; the package itself must not be found there from another day.
        folder.File("nuget.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <fallbackPackageFolders><add key="usual" value="{Usual()}" /></fallbackPackageFolders>
              <packageSources><clear /><add key="feed" value="feed" /></packageSources>
            </configuration>
            """);
        foreach (var sample in Directory.EnumerateFiles(Path.Combine(Repository, "samples"), "*.cs"))
        {
            File.Copy(sample, folder.File(Path.GetFileName(sample)));
        }

        DemoFolder.LayModel(folder.Root);
        var solved = Run("solve.cs", "base");
        Assert.Matches("answer: .+ tokens", solved);
        Assert.Matches("20 answers, \\d+ tokens a second", Run("batch.cs", "base"));
        var scores = Run("score.cs", "base").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, scores.Length);
        Assert.All(scores, line => Assert.True(double.Parse(line[..9], CultureInfo.InvariantCulture) < 0));
        Assert.Contains("no place for messages", Fails("chat.cs", "base"));
        var trained = Run(
            "self-train.cs", "base trained loop.iterations=0 loop.eval_samples=0 ++sft.trainer.max_steps=2 sft.trainer.bf16=false "
            + "eval.max_new_tokens=8");
        Assert.Matches("sft-0: [\\d.]+ % \\(", trained);
        Assert.True(File.Exists(folder.File("trained/ft_models/t5/sft-0/model.safetensors")));
    }

    private static string Usual() => Environment.GetEnvironmentVariable(Cache)
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private string Run(string sample, string arguments)
    {
        var (code, output) = Start($"echo 'How many?' | dotnet run {sample} -- {arguments} 2> error.txt");
        Assert.True(code == 0, $"{sample}: {output}{File.ReadAllText(folder.File("error.txt"))}");
        return output;
    }

    private string Fails(string sample, string arguments)
    {
        var (code, output) = Start($"echo 'How many?' | dotnet run {sample} -- {arguments} 2>&1");
        Assert.True(code != 0, output);
        return output;
    }

    private void Shell(string line)
    {
        var (code, output) = Start(line + " 2>&1");
        Assert.True(code == 0, output);
    }

    private (int Code, string Output) Start(string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", line])
        {
            WorkingDirectory = folder.Root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment.Remove(Cache);                         // it would go before the configuration beside the samples
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
