using DpoSt.Parallel;
using DpoSt.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>N ranks train as one process does: all fixtures, SFT and DPO, fp32 and fp64, over shared memory and over TCP.</summary>
public sealed class RankedTrainingTests(ITestOutputHelper output) : IClassFixture<RankedTrainingTests.OneProcess>
{
    private const double Weights = 1e-5;
    private const double Losses = 1e-6;

    // DPO's loss comes of differences of completions' log-probabilities of some -200 nats, which fp32 keeps to 1.5e-5.
    private const double PreferenceLosses = 3e-6;
    private const double Wide = 1e-9;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(2, true)]
    public void Losses_and_weights_are_those_of_one_process(int count, bool tcp) => Compare(count, tcp);

    // Half a minute more: dotnet test --project test/DpoSt.Tests -c Release -- --filter-class "*RankedTrainingTests" --explicit only
    [Fact(Explicit = true)]
    public void Four_ranks_over_tcp_give_those_of_one_process() => Compare(4, tcp: true);

    private void Compare(int count, bool tcp)
    {
        using var folder = new TemporaryFolder();
        Ranks.Run(folder.Root, $"*{nameof(RankedTrainingTests)}.{nameof(Rank)}", count, tcp ? Ranks.OverTcp : []);
        foreach (var (model, dpo, wide) in from model in TrainingFixture.Models from dpo in new[] { false, true } from wide in new[] { false, true } select (model, dpo, wide))
        {
            var name = TrainingFixture.Name(model, dpo, wide);
            var (expected, actual) = (TrainingFixture.Steps(Path.Combine(OneProcess.Folder, name)), TrainingFixture.Steps(folder.File(name)));
            var losses = expected.Zip(actual, (a, b) => Math.Abs(a[0] - b[0]) / Math.Abs(a[0])).Max();
            var weights = Farthest(Path.Combine(OneProcess.Folder, $"{name}.safetensors"), folder.File($"{name}.safetensors"));
            output.WriteLine($"{name}, {count} ranks{(tcp ? " over TCP" : "")}: losses within {losses:0.0e+0}, weights within {weights:0.0e+0}");
            Assert.Equal(expected.Length, actual.Length);
            Assert.True(losses <= (wide ? Wide : dpo ? PreferenceLosses : Losses), $"{name}: a loss is {losses:0.0e+0} off");
            Assert.True(weights <= (wide ? Wide : Weights), $"{name}: a tensor is {weights:0.0e+0} off");
        }
    }

    [Fact(Explicit = true)]
    public void Rank()
    {
        Assert.SkipWhen(Ranks.Folder is null, "mpirun starts this");
        CpuThreads.Use(1);
        using var group = OpenMpiGroup.Join();
        TrainingFixture.Run(group, Ranks.Folder!);
    }

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
            TrainingFixture.Run(new SingleProcess(), folder.Root);
        }

        public static string Folder => folder!.Root;

        public void Dispose() => folder?.Dispose();
    }
}
