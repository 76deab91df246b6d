using System.Text.Json;
using DpoSt.Tests.Configuration;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

public sealed class ValidateCommandTests
{
    [Fact]
    public void Json_is_the_composed_configuration_what_is_ignored_and_what_is_absent()
    {
        var folder = SharedFolder.Path("reference-configs", "exp_config", "t5");
        var run = CommandRun.Of(
            "validate", "--config-path", folder, "--config-name", "sft-0", "+data.split=train", "eval.mode=sampling",
            "eval.sampling.max_seed=5", "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(["config", "ignored", "missing"], json.EnumerateObject().Select(p => p.Name));
        ConfigFolder.AssertSameJson(ReferenceGoldens.T5Sft, json.GetProperty("config").GetRawText());
        Assert.Equal(
            [
                "trainer.overwrite_output_dir", "trainer.tf32", "trainer.report_to", "trainer.ddp_find_unused_parameters",
                "trainer.dataloader_num_workers", "eval.per_device_eval_batch_size"
            ],
            Texts(json.GetProperty("ignored")));
        Assert.Equal(
            ["hf_models/flan-t5-large", "gsm8k/train.jsonl", "gsm8k/dev.jsonl", "gsm8k/test.jsonl"], Texts(json.GetProperty("missing")));
    }

    [Fact]
    public void People_get_a_line()
    {
        using var run = new TinyRun();
        File.Delete(run.Path("data/dev.jsonl"));
        var (code, output, error) = run.Run("validate", "--config-path", "exp_config/tiny");
        Assert.Equal((0, "exp_config/tiny/sft-0.yaml is fine, but these files are missing: data/dev.jsonl.\n", ""), (code, output, error));
        // the only folder that has it
        Assert.StartsWith("exp_config/tiny/sft-0.yaml is fine", run.Run("validate").Out, StringComparison.Ordinal);
        Assert.Equal("exp_config/tiny/self-train.yaml is fine.\n", run.Run("validate", "--config-name", "self-train").Out);
        File.Copy(run.Path("data/test.jsonl"), run.Path("data/dev.jsonl"));
        Assert.Equal(
            (0, "exp_config/tiny/self-train.yaml is fine.\n", ""),
            run.Run("validate", "--config-path", "exp_config/tiny", "--config-name", "self-train"));
        Assert.Equal(
            (0, "exp_config/tiny/sft-0.yaml is fine; ignored: trainer.tf32.\n", ""),
            run.Run("validate", "--config-path", "exp_config/tiny", "+trainer.tf32=true"));
    }

    [Fact]
    public void Models_are_looked_for_under_DATA_DIR_and_variables_in_env_files()
    {
        using var run = new TinyRun();
        File.WriteAllText(run.Path(".env"), "DATA_DIR=large  # models\nEXPERIMENT='mine'\n");
        string[] arguments =
        [
            "validate", "--config-path", "exp_config/tiny", "exp_name=${oc.env:EXPERIMENT,other}",
            "trainer.run_name=${oc.env:NOT_SET_HERE,sft-7}", "data.dev_data_path=data/test.jsonl", "--json"
        ];
        var json = JsonDocument.Parse(run.Run(arguments).Out).RootElement;
        Assert.Equal(["base"], Texts(json.GetProperty("missing")));
        Assert.Equal("ft_models/mine/sft-7", json.GetProperty("config").GetProperty("trainer").GetProperty("output_dir").GetString());
        Directory.CreateDirectory(run.Path("large"));
        Directory.Move(run.Path("base"), run.Path("large/base"));
        Assert.Empty(Texts(JsonDocument.Parse(run.Run(arguments).Out).RootElement.GetProperty("missing")));
    }

    [Fact]
    public void A_mistake_is_one_sentence_and_code_2()
    {
        using var folder = new ConfigFolder().With("a.yaml", "exp_name: x\ntrainer:\n  run_nam: y\n");
        var run = CommandRun.Of("validate", "--config-path", folder.Root, "--config-name", "a");
        Assert.Equal(
            (2, "", $"{folder.Root}/a.yaml:3: there is no option trainer.run_nam; did you mean trainer.run_name?\n"),
            (run.Code, run.Out, run.Error));
    }

    private static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(e => e.GetString()!);
}
