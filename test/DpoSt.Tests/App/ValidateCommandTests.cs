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
        ConfigFolder.AssertSameJson(PaperGoldens.T5Sft, json.GetProperty("config").GetRawText());
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
        Assert.Equal(
            (0, "exp_config/tiny/sft-0.yaml is fine; missing too, but not read by dpost sft: data/dev.jsonl.", ""),
            (code, First(output), error));
        Assert.StartsWith(
            "exp_config/tiny/sft-0.yaml is fine, but these files are missing: data/dev.jsonl.",
            run.Run("validate", "+trainer.eval_strategy=steps").Out, StringComparison.Ordinal);
        // the only folder that has it
        Assert.StartsWith("exp_config/tiny/sft-0.yaml is fine", run.Run("validate").Out, StringComparison.Ordinal);
        Assert.Equal("exp_config/tiny/self-train.yaml is fine.", First(run.Run("validate", "--config-name", "self-train").Out));
        File.Copy(run.Path("data/test.jsonl"), run.Path("data/dev.jsonl"));
        Assert.Equal(
            "exp_config/tiny/sft-0.yaml is fine; ignored: trainer.tf32.",
            First(run.Run("validate", "--config-path", "exp_config/tiny", "+trainer.tf32=true").Out));
    }

    [Fact]
    public void What_a_run_would_read_is_read_as_far_as_its_beginning()
    {
        using var run = new TinyRun();
        string[] line = ["validate", "--config-path", "exp_config/tiny"];
        var (_, output, _) = run.Run(line);
        Assert.Contains("\nchecked:\n  base: t5, ", output, StringComparison.Ordinal);
        Assert.Contains("\n  data/train.jsonl: the first 20 rows, up to ", output, StringComparison.Ordinal);
        Assert.Contains("\n  data/dev.jsonl: 7 rows, up to ", output, StringComparison.Ordinal);
        Assert.Contains("\n  memory: weights, gradients and optimizer fit into the ", output, StringComparison.Ordinal);
        Assert.Contains("\nnot checked:\n  rows behind the first 20 of a file", output, StringComparison.Ordinal);

        // A row behind those is not looked at, one of them is.
        var rows = File.ReadAllLines(run.Path("data/train.jsonl"));
        File.WriteAllLines(run.Path("data/train.jsonl"), rows.Select((row, i) => i == 22 ? "{" : row));
        Assert.Equal(0, run.Run(line).Code);
        File.WriteAllLines(run.Path("data/train.jsonl"), rows.Select((row, i) => i == 3 ? "{\"question\": \"?\"}" : row));
        var (code, _, error) = run.Run([.. line, "--json"]);
        Assert.Equal(2, code);
        Assert.StartsWith("data/train.jsonl:4: ", error.Replace(run.Root + "/", "", StringComparison.Ordinal), StringComparison.Ordinal);
        File.WriteAllLines(run.Path("data/train.jsonl"), rows);

        // Weights of another shape than config.json says.
        var config = run.Path("base/config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"d_ff\": ", "\"d_ff\": 1", StringComparison.Ordinal));
        (code, _, error) = run.Run(line);
        Assert.Equal(2, code);
        Assert.Contains("do not fit its config.json", error, StringComparison.Ordinal);
        Directory.Delete(run.Path("base"), recursive: true);
        (code, output, _) = run.Run(line);
        Assert.Equal(0, code);
        Assert.Contains("\n  base: not there, so neither weights nor memory, and no row as tokens\n", output, StringComparison.Ordinal);
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

    private static string First(string text) => text.Split('\n')[0];

    private static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(e => e.GetString()!);
}
