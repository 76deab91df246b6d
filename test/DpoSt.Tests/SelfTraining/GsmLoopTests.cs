using System.Text.Json;
using DpoSt.Data;
using DpoSt.Data.ReferenceFormats;
using DpoSt.Runs;
using DpoSt.Tensors.Files;

namespace DpoSt.Tests.SelfTraining;

/// <summary>The whole loop on the benchmark's own problems, with a model far too small for them: every file it leaves is valid.</summary>
public sealed class GsmLoopTests
{
    [Fact]
    public void The_loop_runs_on_GSM8K()
    {
        var source = SharedFolder.Path("data", "gsm8k");
        using var run = new TinyRun();
        File.WriteAllLines(run.Path("data/train.jsonl"), File.ReadLines(Path.Combine(source, "train.jsonl")).Take(30).ToArray());
        File.WriteAllLines(run.Path("data/test.jsonl"), File.ReadLines(Path.Combine(source, "test.jsonl")).Take(10).ToArray());
        var (code, table, error) = run.Run(TinyRun.Loop(
            "data.pool_path=null", "data.ood_data_path=null", "loop.baseline=false", "sft.trainer.max_steps=3", "dpo.trainer.max_steps=2",
            "loop.pair_samples=6", "eval.max_new_tokens=48"));
        Assert.True(code == 0, error);
        Assert.Contains("10 problems", table, StringComparison.Ordinal);
        var documents = Files(run)
            .ToLookup(f => Path.GetFileName(f) is "evaluation.json" or "config.json" or "run.json" or Provenance.FileName);
        Assert.All(documents[true], file => JsonDocument.Parse(File.ReadAllText(file)).Dispose());
        Assert.All(
            documents[false].Where(f => f.Contains("model_outputs", StringComparison.Ordinal)),
            file => Assert.NotNull(JsonLines.Read(file).ToList()));
        Assert.All(["sft-0", "dpo-1", "sft-1"], name =>
        {
            using var weights = SafeTensorsFile.Open(run.Path($"ft_models/tiny/{name}/model.safetensors"));
            Assert.Equal(10, File.ReadLines(run.Path($"model_outputs/tiny/{name}/test/greedy_decode.json")).Count());
        });
        Assert.Equal(30, LabelledQuestionFile.Read(run.Path("model_outputs/tiny/sft-0/train/train_dpo_data.jsonl")).Count());
        Assert.DoesNotContain(Files(run), file => file.Contains(".tmp", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Files(TinyRun run) => Directory.EnumerateFiles(run.Root, "*", SearchOption.AllDirectories);
}
