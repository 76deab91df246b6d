using DpoSt.App.Demo;
using DpoSt.Benchmarks;
using DpoSt.Data;
using DpoSt.Data.Synthetic;

namespace DpoSt.Tests.Benchmarks;

public sealed class StageBenchTests
{
    [Fact]
    public void The_stage_that_is_measured_is_that_of_the_command()
    {
        using var folder = new TemporaryFolder();
        DemoFolder.LayModel(folder.Root);
        foreach (var (set, problems) in new[] { ("train", SyntheticProblems.Labelled(4, 1)), ("pool", SyntheticProblems.Pool(2, 1)) })
        {
            JsonLines.Write(
                folder.File($"data/{set}.jsonl"), problems.Select(p => new Problem(p.Id, p.Question, p.Rationale, (double)p.Answer)));
        }

        var config = folder.File("exp_config/tiny/sft-0.yaml");
        File.WriteAllText(
            config,
            File.ReadAllText(config)
                .Replace("max_steps: 500", "max_steps: 1", StringComparison.Ordinal)
                .Replace("max_new_tokens: 256", "max_new_tokens: 8", StringComparison.Ordinal));

        var rows = DecodeBenchmarks.Stage(
            folder.Root, ["fp32", "bf16"], TorchSharp.torch.CPU, 1, new Silent(), TestContext.Current.CancellationToken);
        Assert.Equal([("fp32", 5, 128), ("bf16", 5, 128)], rows.Select(r => (r.Dtype, r.Samples, r.Batch)));
        Assert.All(rows, r => Assert.InRange(r.QuestionsPerS, r.Spread[0], r.Spread[1]));
        Assert.True(rows[0].Spread[0] > 0);
        Assert.Equal(5, Directory.GetFiles(folder.File("model_outputs/tiny/sft-0/train"), "seed_*.json").Length);
    }
}
