using System.Text.Json.Nodes;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;

namespace DpoSt.Tests.Configuration;

/// <summary>The files of the paper's repository, unmodified, give what Hydra gives.</summary>
public sealed class PaperConfigsTests
{
    private static readonly string[] Overrides = ["+data.split=train", "eval.mode=sampling", "eval.sampling.max_seed=5"];

    [Theory]
    [InlineData("t5", "sft-0", PaperGoldens.T5Sft)]
    [InlineData("t5", "sft-1", PaperGoldens.T5Sft, "trainer.run_name=sft-1", "trainer.output_dir=ft_models/t5/sft-1",
        "data.data_path=model_outputs/t5/dpo-1/train/train_rft_processed.jsonl")]
    [InlineData("t5", "sft-2", PaperGoldens.T5Sft, "trainer.run_name=sft-2", "trainer.output_dir=ft_models/t5/sft-2",
        "data.data_path=model_outputs/t5/dpo-2/train/train_rft_processed.jsonl")]
    [InlineData("t5", "sft-3", PaperGoldens.T5Sft, "trainer.run_name=sft-3", "trainer.output_dir=ft_models/t5/sft-3",
        "data.data_path=model_outputs/t5/dpo-3/train/train_rft_processed.jsonl")]
    [InlineData("t5", "dpo-1", PaperGoldens.T5Dpo)]
    [InlineData("t5", "dpo-2", PaperGoldens.T5Dpo, "trainer.run_name=dpo-2", "trainer.output_dir=ft_models/t5/dpo-2",
        "model.sft_run_name=sft-1", "model.model_path=ft_models/t5/sft-1", "data.tokenizer_path=ft_models/t5/sft-1",
        "data.data_dir=model_outputs/t5/sft-1/train/")]
    [InlineData("t5", "dpo-3", PaperGoldens.T5Dpo, "trainer.run_name=dpo-3", "trainer.output_dir=ft_models/t5/dpo-3",
        "model.sft_run_name=sft-2", "model.model_path=ft_models/t5/sft-2", "data.tokenizer_path=ft_models/t5/sft-2",
        "data.data_dir=model_outputs/t5/sft-2/train/")]
    [InlineData("llama", "sft-0", PaperGoldens.LlamaSft)]
    [InlineData("llama", "sft-1", PaperGoldens.LlamaSft, "trainer.run_name=sft-1", "trainer.output_dir=ft_models/llama-2/sft-1",
        "data.data_path=model_outputs/llama-2/dpo-1/train/train_rft_processed.jsonl")]
    [InlineData("llama", "sft-2", PaperGoldens.LlamaSft, "trainer.run_name=sft-2", "trainer.output_dir=ft_models/llama-2/sft-2",
        "data.data_path=model_outputs/llama-2/dpo-2/train/train_rft_processed.jsonl")]
    [InlineData("llama", "sft-3", PaperGoldens.LlamaSft, "trainer.run_name=sft-3", "trainer.output_dir=ft_models/llama-2/sft-3",
        "data.data_path=model_outputs/llama-2/dpo-3/train/train_rft_processed.jsonl")]
    [InlineData("llama", "dpo-1", PaperGoldens.LlamaDpo)]
    [InlineData("llama", "dpo-2", PaperGoldens.LlamaDpo, "trainer.run_name=dpo-2", "trainer.output_dir=ft_models/llama-2/dpo-2",
        "model.sft_run_name=sft-1", "model.model_path=ft_models/llama-2/sft-1", "data.tokenizer_path=ft_models/llama-2/sft-1",
        "data.data_dir=model_outputs/llama-2/sft-1/train/")]
    [InlineData("llama", "dpo-3", PaperGoldens.LlamaDpo, "trainer.run_name=dpo-3", "trainer.output_dir=ft_models/llama-2/dpo-3",
        "model.sft_run_name=sft-2", "model.model_path=ft_models/llama-2/sft-2", "data.tokenizer_path=ft_models/llama-2/sft-2",
        "data.data_dir=model_outputs/llama-2/sft-2/train/")]
    public void EveryFileLoadsUnmodified(string family, string name, string golden, params string[] changes)
    {
        var expected = JsonNode.Parse(golden)!;
        foreach (var change in changes)
        {
            var (section, key, value) = change.Split('.', 2) is [var s, var rest] && rest.Split('=') is [var k, var v]
                ? (s, k, v)
                : default;
            expected[section]![key] = value;
        }

        var composed = ConfigComposer.Compose(SharedFolder.Path("reference-configs", "exp_config", family), name, Overrides);
        ConfigFolder.AssertSameJson(expected.ToJsonString(), composed.ToJson(), $"{family}/{name}");
        var (options, ignored) = ConfigBinder.Bind<ExperimentOptions>(composed);
        Assert.Equal(name, options.Trainer.RunName);
        Assert.Equal(("train", EvalMode.Sampling, 5), (options.Data.Split, options.Eval.Mode, options.Eval.Sampling.MaxSeed));
        string[] columns = name.StartsWith("dpo", StringComparison.Ordinal) ? ["trainer.remove_unused_columns"] : [];
        Assert.Equal([
                "eval.per_device_eval_batch_size", "trainer.dataloader_num_workers", "trainer.ddp_find_unused_parameters",
                "trainer.overwrite_output_dir", .. columns, "trainer.report_to", "trainer.tf32"
            ],
            ignored.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void TheOptionsOfAStageAreTheFiles()
    {
        var folder = SharedFolder.Path("reference-configs", "exp_config", "llama");
        var (options, _) = ConfigBinder.Bind<ExperimentOptions>(ConfigComposer.Compose(folder, "dpo-2"));
        var trainer = options.Trainer;
        Assert.Equal(3e-7, trainer.LearningRate);
        Assert.Equal((4, 4, 4, 100L),
            (trainer.PerDeviceTrainBatchSize, trainer.GradientAccumulationSteps, trainer.PerDeviceEvalBatchSize, trainer.MaxSteps));
        Assert.Equal((256, 384, 640), (trainer.MaxPromptLength, trainer.MaxTargetLength, trainer.MaxLength));
        Assert.Equal(("cosine_with_min_lr", 0.1, 0.1), (trainer.LrSchedulerType, trainer.LrSchedulerKwargs.MinLrRate, trainer.WarmupRatio));
        Assert.Equal((IntervalStrategy.No, IntervalStrategy.Steps, 10), (trainer.SaveStrategy, trainer.EvalStrategy, trainer.EvalSteps));
        Assert.Equal("model_outputs/llama-2/sft-1/train/", options.Data.DataDir);
    }
}
