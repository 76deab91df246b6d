using System.Diagnostics;
using DpoSt.App.Demo;
using DpoSt.Data;
using DpoSt.Data.ReferenceFormats;
using DpoSt.Data.Synthetic;

namespace DpoSt.Tests.SelfTraining;

/// <summary>A folder with the embedded model, a few problems and the demo's configuration; the program runs in it.</summary>
internal sealed class TinyRun : IDisposable
{
    public static readonly string[] Small =
    [
        "sft.trainer.max_steps=12", "dpo.trainer.max_steps=4", "loop.pair_samples=3", "loop.pseudo_label_samples=2", "loop.eval_samples=2",
        "sft.trainer.logging_steps=4", "eval.max_new_tokens=64",
    ];

    private readonly TemporaryFolder folder = new();

    public TinyRun()
    {
        DemoFolder.LayModel(folder.Root);
        Write("train", SyntheticProblems.Labelled(24, 1));
        Write("dev", SyntheticProblems.Labelled(7, 2));
        Write("pool", SyntheticProblems.Pool(24, 1));
        Write("test", SyntheticProblems.Test(12, 1));
        Write("ood", SyntheticProblems.OutOfDomain(6, 1));
    }

    public string Root => folder.Root;

    public string Path(string name) => System.IO.Path.Combine(folder.Root, name);

    /// <summary>Writes preference pairs where the DPO stage looks for them.</summary>
    public void LayPairs(string split, int count, long seed)
    {
        var problems = SyntheticProblems.Labelled(count, seed);
        PreferencePairFile.Write(
            Path($"model_outputs/tiny/sft-0/train/{PreferencePairFile.Name(split)}"),
            problems.Select((p, i) => new PreferencePair($"Question: {p.Question}", p.Rationale!, problems[(i + 1) % count].Rationale!)));
    }

    /// <summary>Starts <c>dpost</c> in the folder.</summary>
    public Process Start(params string[] arguments) => Start(_ => { }, arguments);

    /// <summary>The same, in another environment.</summary>
    public Process Start(Action<ProcessStartInfo> change, string[] arguments)
    {
        // Whoever starts the tests in the background, or under nohup, may have these signals ignored, and a child would inherit that.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT,HUP", "dotnet"] : ["dotnet"];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(typeof(DemoFolder).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        change(start);
        return Process.Start(start)!;
    }

    /// <summary>Runs <c>dpost</c> to its end.</summary>
    public (int Code, string Out, string Error) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    public static string[] Loop(params string[] more) => ["run", "--config-path", "exp_config/tiny", .. Small, .. more];

    public void Dispose() => folder.Dispose();

    private void Write(string set, IReadOnlyList<SyntheticProblem> problems) =>
        JsonLines.Write(Path($"data/{set}.jsonl"), problems.Select(p => new Problem(p.Id, p.Question, p.Rationale, (double)p.Answer)));
}
