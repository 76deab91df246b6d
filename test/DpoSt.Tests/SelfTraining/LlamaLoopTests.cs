using System.Text.Json;
using DpoSt.Data;

namespace DpoSt.Tests.SelfTraining;

/// <summary>The whole loop with a causal model: the same stages, another family.</summary>
public sealed class LlamaLoopTests
{
    [Fact]
    public void The_loop_runs_on_a_Llama()
    {
        var source = SharedFolder.Path("models", "stories260K", "hf");
        using var run = new TinyRun();
        foreach (var file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, Path.Combine(Directory.CreateDirectory(run.Path("llama")).FullName, Path.GetFileName(file)));
        }

        var (code, table, error) = run.Run(TinyRun.Loop(
            "model.model_path=llama", "loop.baseline=false", "sft.trainer.max_steps=3", "sft.trainer.dropout=0.1",
            "dpo.trainer.max_steps=2", "sft.trainer.per_device_train_batch_size=4", "dpo.trainer.per_device_train_batch_size=4",
            "eval.max_new_tokens=32"));
        Assert.True(code == 0, error);
        Assert.Contains("DPO-ST", table, StringComparison.Ordinal);
        var config = JsonDocument.Parse(File.ReadAllText(run.Path("ft_models/tiny/sft-1/config.json"))).RootElement;
        Assert.Equal("llama", config.GetProperty("model_type").GetString());
        Assert.True(File.Exists(run.Path("ft_models/tiny/sft-1/tokenizer.model")));
        Assert.Equal(12, JsonLines.Read(run.Path("model_outputs/tiny/sft-1/test/greedy_decode.json")).Count());
    }
}
