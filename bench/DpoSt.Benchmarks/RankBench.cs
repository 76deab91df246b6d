using System.Diagnostics;
using System.Globalization;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using DpoSt.Parallel;
using DpoSt.Tensors.Devices;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Benchmarks;

/// <summary>
/// What several ranks of one thread each gain, and what summing gradients during the backward pass gains or costs: steps of
/// fine-tuning with it and without it in turn. <c>--sharded</c>: the same steps with a shard of the model on each.
/// </summary>
internal static class RankBench
{
    private const int Batch = 12;
    private const int PromptTokens = 120;
    private const int CompletionTokens = 150;

    public static int Run(string[] args)
    {
        var shards = args.Contains("--sharded");
        var pairs = args.SkipWhile(arg => arg != "--pairs").ToArray() is [_, var text, ..]
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : 10;
        ComputeThreads.Use(1);
        return RankJob.Run(CPU, group => Steps(group, pairs, shards));
    }

    private static int Steps(IProcessGroup group, int pairs, bool shards)
    {
        var shape = BenchModel.Of(["t5"]).Single();
        using var folder = new ScratchFolder();
        shape.Write(folder.Path);
        using var model = ModelFolder.Load(
            folder.Path, CPU,
            shards
                ? new TrainingCompute(RecomputesBlocks: true, Shard: new ParameterShard(group.Rank, group.Size))
                : new TrainingCompute());
        var rows = TokenBatch.Of([
            .. Enumerable.Range(0, Batch)
                .Select(i => (shape.RandomIds((ulong)i, PromptTokens), shape.RandomIds((ulong)(Batch + i), CompletionTokens), (long)i))
        ]);
        var steps = 2 * (pairs + 1);
        var options = new TrainingRecipe { MaxSteps = steps, LogEvery = steps }.OptionsFor(Batch, 0.1);
        var times = new List<long>();
        var trainer = new Trainer<TokenBatch>(
            model.Parameters, new SftObjective(model), options, new InTurn(Replicas.Of(group, model.Parameters)));
        trainer.Run(_ => [rows], _ => { }, _ => times.Add(Stopwatch.GetTimestamp()), CancellationToken.None);
        var seconds = times.Zip(times.Skip(1), (a, b) => Stopwatch.GetElapsedTime(a, b).TotalSeconds).Skip(2).Chunk(2).ToArray();
        if (group.Rank == 0 && shards)
        {
            var step = Measure.Median(seconds.SelectMany(s => s));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{group.Size} ranks, sharded: {step:0.000} s a step ({Batch / step:0.00} examples/s), "
                    + $"median of {2 * seconds.Length}"));
        }
        else if (group.Rank == 0)
        {
            var (overlapped, atEnd) = (Measure.Median(seconds.Select(s => s[0])), Measure.Median(seconds.Select(s => s[1])));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{group.Size} ranks: {overlapped:0.000} s a step overlapped ({Batch / overlapped:0.00} examples/s), "
                + $"{atEnd:0.000} s summed at the end; "
                + $"end to overlapped {Measure.Median(seconds.Select(s => s[1] / s[0])):0.000}, median of {seconds.Length} pairs"));
        }

        return 0;
    }

    /// <summary>Leaves out every other step's early sums.</summary>
    private sealed class InTurn(IReplicas replicas) : IReplicas
    {
        private long step;

        public int Rank => replicas.Rank;

        public int Count => replicas.Count;

        public bool IsSharded => replicas.IsSharded;

        public double[] Sum(double[] numbers) => replicas.Sum(numbers);

        public double Norm(double own) => replicas.Norm(own);

        public void Spread(Tensor whole, Tensor part) => replicas.Spread(whole, part);

        public void Collect(IReadOnlyList<(Tensor Part, long Count)> tensors, Action<Func<int, Tensor>> read) =>
            replicas.Collect(tensors, read);

        public void BeginReduction()
        {
            if (step++ % 2 == 0)
            {
                replicas.BeginReduction();
            }
        }

        public void EndPass() => replicas.EndPass();

        public void EndReduction() => replicas.EndReduction();
    }
}
