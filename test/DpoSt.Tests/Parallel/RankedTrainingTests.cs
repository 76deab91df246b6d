using DpoSt.Parallel;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Files;
using DpoSt.Training;
using DpoSt.Training.Metrics;
using DpoSt.Training.Resuming;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>
/// N ranks train as one process does, the model whole on each or sharded: all fixtures, SFT and DPO, fp32 and fp64, over shared memory and
/// over TCP.
/// </summary>
public sealed class RankedTrainingTests(ITestOutputHelper output) : IClassFixture<RankedTrainingTests.OneProcess>
{
    private const double Weights = 1e-5;
    private const double ShardedWeights = 1e-4;
    private const double Losses = 1e-6;

    // The T5 fixtures' fp32 log-probabilities lie 5e-6 nats a token from the truth, and elsewhere once a weight's last place differs
    // (docs/numerics.md).
    private const double T5Preferences = 4e-6;
    private const double Wide = 1e-9;

    // What shards save one process goes on from, and shards from what it saved.
    private static readonly TrainingFixture Resumed = new("t5-v11-gated-gelu", Dpo: true, Wide: true);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true, Explicit = true)] // TCP itself: OpenMpiGroupTests
    public void Losses_and_weights_are_those_of_one_process(int count, bool tcp) => Compare(count, tcp);

    // Two minutes more: dotnet test --project test/DpoSt.Tests -c Release -- --filter-class "*RankedTrainingTests" --explicit only
    [Theory(Explicit = true)]
    [InlineData(false)]
    [InlineData(true)]
    public void Four_ranks_give_those_of_one_process(bool tcp) => Compare(4, tcp);

    private void Compare(int count, bool tcp)
    {
        using var folder = new TemporaryFolder();
        Resumed.Run(
            new SingleProcess(), folder.File("alone"), shards: false, TestContext.Current.CancellationToken,
            Checkpoints(folder.File("checkpoints-alone")));
        Ranks.Run(folder.Root, $"*{nameof(RankedTrainingTests)}.{nameof(Rank)}", count, tcp ? Ranks.OverTcp : []);
        foreach (
            var (fixture, shards) in from fixture in TrainingFixture.All from shards in Ways(fixture, count, tcp) select (fixture, shards))
        {
            var name = Name(fixture, shards);
            var (expected, actual) = (
                TrainingFixture.Steps(Path.Combine(OneProcess.Folder, fixture.Name)), TrainingFixture.Steps(folder.File(name)));
            var losses = expected.Zip(actual, (a, b) => Math.Abs(a[0] - b[0]) / Math.Abs(a[0])).Max();
            var weights = Farthest(Path.Combine(OneProcess.Folder, $"{fixture.Name}.safetensors"), folder.File($"{name}.safetensors"));
            output.WriteLine(
                $"{name}, {count} ranks{(tcp ? " over TCP" : "")}: losses within {losses:0.0e+0}, weights within {weights:0.0e+0}");
            Assert.Equal(expected.Length, actual.Length);
            Assert.True(
                losses <= (fixture.Wide ? Wide : fixture.Dpo
                    && fixture.Model.StartsWith("t5", StringComparison.Ordinal) ? T5Preferences : Losses),
                $"{name}: a loss is {losses:0.0e+0} off");
            Assert.True(weights <= (fixture.Wide ? Wide : shards ? ShardedWeights : Weights), $"{name}: a tensor is {weights:0.0e+0} off");
        }

        if (count > 1 && !tcp)
        {
            Resumed.Run(
                new SingleProcess(), folder.File("from-ranks"), shards: false, TestContext.Current.CancellationToken,
                Checkpoints(folder.File("checkpoints-ranks")));
            Assert.All(["from-ranks", "from-one"], name =>
            {
                var (expected, actual) = (
                    TrainingFixture.Steps(Path.Combine(OneProcess.Folder, Resumed.Name)), TrainingFixture.Steps(folder.File(name)));
                Assert.Equal(expected.Length / 2, actual.Length);
                Assert.All(expected.Skip(actual.Length).Zip(actual), step =>
                    Assert.Equal(step.First[0], step.Second[0], Wide * Math.Abs(step.First[0])));
                Assert.InRange(
                    Farthest(Path.Combine(OneProcess.Folder, $"{Resumed.Name}.safetensors"), folder.File($"{name}.safetensors")), 0, Wide);
            });
        }
    }

    [Fact(Explicit = true)]
    public void Rank()
    {
        Assert.SkipWhen(Ranks.Folder is null, "mpirun starts this");
        CpuThreads.Use(1);
        using var ranks = OpenMpiGroup.Join();
        foreach (var (fixture, shards) in from fixture in TrainingFixture.All
                                          from shards in Ways(fixture, ranks.Size,
            Ranks.IsOverTcp)
                                          select (fixture, shards))
        {
            fixture.Run(
                ranks, Path.Combine(Ranks.Folder!, Name(fixture, shards)), shards, TestContext.Current.CancellationToken,
                shards && fixture == Resumed ? Kept("checkpoints-ranks") : null);
        }

        if (ranks.Size > 1 && !Ranks.IsOverTcp)
        {
            Resumed.Run(ranks, Path.Combine(Ranks.Folder!, "from-one"), shards: true, TestContext.Current.CancellationToken,
                Kept("checkpoints-alone"));
        }

        ResumeStates? Kept(string name) => ranks.Rank == 0 ? Checkpoints(Path.Combine(Ranks.Folder!, name)) : null;
    }

    // After half of the steps.
    private static ResumeStates Checkpoints(string folder) =>
        new(folder, "a run", new ResumePolicy { Steps = new StepInterval(3) }, 1, new MetricsFile(Path.Combine(folder, MetricsFile.Name)),
            _ => { });

    // To sharding both Llamas are one, and so are nearly all runs over TCP: CI's minutes are counted.
    private static bool[] Ways(TrainingFixture fixture, int count, bool tcp) =>
        count > 1 && fixture.Model != "llama-mha" && (!tcp || (!fixture.Wide && fixture.Model != "t5-v10-relu-tied"))
            ? [false, true]
            : [false];

    private static string Name(TrainingFixture fixture, bool shards) => fixture.Name + (shards ? "-sharded" : "");

    // The largest relative L2 distance of two tensors of one name.
    private static double Farthest(string expected, string actual)
    {
        using var scope = NewDisposeScope();
        using var first = SafeTensorsFile.Open(expected);
        using var second = SafeTensorsFile.Open(actual);
        return first.Entries.Keys.Max(key =>
        {
            var value = first.View(key).to(ScalarType.Float64);
            return (value.sub(second.View(key).to(ScalarType.Float64)).norm().item<double>()) / value.norm().item<double>();
        });
    }

    /// <summary>The same trainings in this process, which knows nothing of ranks.</summary>
    public sealed class OneProcess : IDisposable
    {
        private static TemporaryFolder? folder;

        public OneProcess()
        {
            folder = new TemporaryFolder();
            Array.ForEach(TrainingFixture.All, fixture =>
                fixture.Run(new SingleProcess(), folder.File(fixture.Name), shards: false, CancellationToken.None));
        }

        public static string Folder => folder!.Root;

        public void Dispose() => folder?.Dispose();
    }
}
