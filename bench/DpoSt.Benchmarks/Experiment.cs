using System.Globalization;
using DpoSt.App.Commands;
using DpoSt.App.Console;
using DpoSt.App.Demo;
using DpoSt.Evaluation;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.Tensors.Devices;

namespace DpoSt.Benchmarks;

/// <summary>
/// The demo's setting over several seeds of problems; for each, several repeats train every model again, in another order and from
/// fresh samples. Runs are kept, so that a stopped experiment goes on.
/// </summary>
internal static class Experiment
{
    private const int TestProblems = 2000;
    private static readonly string[] Arms = ["sft-0", "st-1", "sft-1", "dpo-1"];
    private static readonly string[] Names = ["SFT", "self-training", "DPO-ST", "the DPO model itself"];

    public static int Run(string[] args)
    {
        var output = Path.GetFullPath(Value(args, "--output") ?? "experiment");
        var seeds = int.Parse(Value(args, "--seeds") ?? "5", CultureInfo.InvariantCulture);
        var repeats = int.Parse(Value(args, "--repeats") ?? "2", CultureInfo.InvariantCulture);
        var overrides = args.Where(a => a.Contains('=', StringComparison.Ordinal)).ToArray();
        ComputeThreads.Use(
            Value(args, "--threads") is { } threads ? int.Parse(threads, CultureInfo.InvariantCulture) : Environment.ProcessorCount);
        var rows = new List<(int Seed, int Repeat, Dictionary<string, EvaluationRow> Arms)>();
        for (var seed = 1; seed <= seeds; seed++)
        {
            for (var repeat = 1; repeat <= repeats; repeat++)
            {
                rows.Add((seed, repeat, One(output, seed, repeat, overrides)));
                Console.Error.WriteLine(
                    $"seed {seed}, repeat {repeat}: "
                    + $"{string.Join(", ", Arms.Select((a, i) => $"{Names[i]} {Percent(rows[^1].Arms[a].Greedy)}"))}");
            }
        }

        Print(rows);
        return 0;
    }

    private static Dictionary<string, EvaluationRow> One(string output, int seed, int repeat, string[] overrides)
    {
        var folder = Path.Combine(output, $"seed-{seed}-repeat-{repeat}");
        DemoFolder.Lay(folder, seed, TestProblems);
        Directory.SetCurrentDirectory(folder);
        var plan = RunCommand.Plan(
            "exp_config/tiny", "self-train",
            [.. overrides, $"loop.seed={repeat}", $"sft.trainer.seed={repeat}", $"dpo.trainer.seed={repeat}", "loop.eval_samples=0"],
            new CommandConsole(Stream.Null, TextWriter.Null, Console.Error, CancellationToken.None));
        var evaluated = SelfTrainingLoop.Run(
            plan, StageSelection.All, new RunContext(TorchSharp.torch.CPU, new SingleProcess(), new Quiet(), CancellationToken.None));
        return evaluated.Where(r => r.DataSet == "test").ToDictionary(r => r.Run, StringComparer.Ordinal);
    }

    private static void Print(List<(int Seed, int Repeat, Dictionary<string, EvaluationRow> Arms)> rows)
    {
        Console.WriteLine($"| seed | repeat | {string.Join(" | ", Names)} | SFT without calculator |");
        Console.WriteLine($"|---|---|{string.Concat(Names.Select(_ => "---|"))}---|");
        foreach (var (seed, repeat, arms) in rows)
        {
            Console.WriteLine(
                $"| {seed} | {repeat} | {string.Join(" | ", Arms.Select(a => Percent(arms[a].Greedy)))} "
                + $"| {Percent(arms["sft-0"].GreedyWithoutCalculator)} |");
        }

        Console.WriteLine(
            $"| mean | | {string.Join(" | ", Arms.Select(a => Percent(rows.Average(r => r.Arms[a].Greedy))))} "
            + $"| {Percent(rows.Average(r => r.Arms["sft-0"].GreedyWithoutCalculator))} |");
        Console.WriteLine(
            $"| spread (sd) | | {string.Join(" | ", Arms.Select(a => Percent(Deviation([.. rows.Select(r => r.Arms[a].Greedy)]))))} | |");
        Console.WriteLine();
        foreach (var (first, second) in ((string, string)[])[("st-1", "sft-0"), ("sft-1", "sft-0"), ("sft-1", "st-1")])
        {
            var differences = rows.ConvertAll(r => r.Arms[first].Greedy - r.Arms[second].Greedy);
            var pooled = PairedBootstrap.Compare(
                [.. rows.SelectMany(r => r.Arms[second].Correct)], [.. rows.SelectMany(r => r.Arms[first].Correct)]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"- {Name(first)} against {Name(second)}: {100 * pooled.Difference:+0.0;-0.0;0.0} points, "
                + $"paired bootstrap over all answers [{100 * pooled.Low:+0.0;-0.0;0.0}, {100 * pooled.High:+0.0;-0.0;0.0}]; "
                + $"from run to run {100 * differences.Min():+0.0;-0.0;0.0} to {100 * differences.Max():+0.0;-0.0;0.0}, "
                + $"sd {100 * Deviation([.. differences]):0.0}"));
        }
    }

    private static string Name(string arm) => Names[Array.IndexOf(Arms, arm)];

    private static double Deviation(double[] values) =>
        values.Length < 2 ? 0 : Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1));

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string? Value(string[] args, string name) =>
        Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;

    private sealed class Quiet : IStageReporter
    {
        public void Begin(string stage, string what, long total, string unit) => Console.Error.WriteLine($"  {stage}: {what}");

        public void Advance(long done)
        {
        }

        public void End(string summary) => Console.Error.WriteLine($"    {summary}");

        public void Note(string sentence) => Console.Error.WriteLine($"  {sentence}");
    }
}
