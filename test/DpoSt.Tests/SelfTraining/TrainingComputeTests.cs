using System.Text.Json.Nodes;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;
using DpoSt.Models;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.Tensors.Files;

namespace DpoSt.Tests.SelfTraining;

/// <summary>The options of how training computes, from the configuration to the weights that are written.</summary>
public sealed class TrainingComputeTests
{
    private static readonly string[] Sft =
        [
            "sft", "--config-path", "exp_config/tiny", "model.model_path=base", "trainer.max_steps=6",
            "trainer.per_device_train_batch_size=4", "trainer.dropout=0.1"
        ];

    [Fact]
    public void Blocks_computed_again_give_the_same_file_and_bfloat16_another_one_in_fp32()
    {
        using var run = new TinyRun();
        var plain = Weights();
        Assert.Equal(plain, Weights("+trainer.gradient_checkpointing=true"));
        var half = Weights("+trainer.bf16=true");
        Assert.NotEqual(plain, half);
        Assert.Equal(half, Weights("+trainer.bf16=true", "+trainer.gradient_checkpointing=true"));
        using var file = SafeTensorsFile.Open(run.Path("ft_models/tiny/sft-0/model.safetensors"));
        Assert.All(file.Entries.Values, entry => Assert.Equal("F32", entry.DType));

        byte[] Weights(params string[] more)
        {
            var (code, _, error) = run.Run([.. Sft, "--fresh", .. more]);
            Assert.True(code == 0, error);
            return File.ReadAllBytes(run.Path("ft_models/tiny/sft-0/model.safetensors"));
        }
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData(", bf16: true", true, false)]
    [InlineData(", gradient_checkpointing: true", false, true)]
    public void The_keys_reach_the_model_and_only_what_changes_the_outcome_is_part_of_the_stage_s_key(
        string keys, bool bf16, bool recomputes)
    {
        var recipe = Recipes.Recipe(Options(keys));
        Assert.Equal(new TrainingCompute(bf16, recomputes), recipe.Compute);
        Assert.Equal(bf16, ContentKey.Of(recipe) != ContentKey.Of(Recipes.Recipe(Options(""))));
    }

    [Fact]
    public void Answers_in_bfloat16_are_asked_for_by_their_own_key()
    {
        using var run = new TinyRun();
        var (single, half) = (LogProbs("+eval.bf16=false"), LogProbs("+eval.bf16=true"));
        Assert.Equal(single, LogProbs("+trainer.bf16=true"));
        Assert.NotEqual(single, half);
        // Eight bits of each factor, at the first drawn token.
        Assert.All(single.Zip(half), pair => Assert.Equal(pair.First, pair.Second, 0.05 * Math.Max(1, Math.Abs(pair.First))));

        double[] LogProbs(string key)
        {
            var (code, _, error) = run.Run([
                "generate", "--config-path", "exp_config/tiny", "trainer.output_dir=base", "+data.split=test", "eval.max_new_tokens=1", key
            ]);
            Assert.True(code == 0, error);
            return [
                .. File.ReadLines(run.Path("model_outputs/tiny/sft-0/test/greedy_decode.json"))
                    .Select(line => JsonNode.Parse(line)!["log_prob"]!.GetValue<double>())
            ];
        }
    }

    private static ExperimentOptions Options(string keys)
    {
        using var folder = new TemporaryFolder();
        folder.File(
            "c.yaml",
            $"exp_name: e\ntrainer: {{run_name: r, output_dir: o{keys}}}\nmodel: {{model_path: m}}\n"
            + "data: {data_path: d, train_data_path: d, dev_data_path: d, test_data_path: d}\n");
        return ConfigBinder.Bind<ExperimentOptions>(ConfigComposer.Compose(folder.Root, "c", [], _ => null)).Options;
    }
}
