using System.Text.Json;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

public sealed class PlanCommandTests : IDisposable
{
    private const string Giant = """
        {"model_type":"llama","vocab_size":128256,"hidden_size":16384,"intermediate_size":53248,"num_hidden_layers":126,
         "num_attention_heads":128,"num_key_value_heads":8}
        """;

    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void A_stage_that_fits_says_so_in_its_last_line_and_writes_nothing()
    {
        var before = Directory.GetFileSystemEntries(run.Root, "*", SearchOption.AllDirectories);
        var (code, output, error) = run.Run("plan", "--config-path", "exp_config/tiny", "--config-name", "sft-0", "trainer.max_steps=5");
        Assert.True(code == 0, error);
        Assert.StartsWith("fits: needs ", Lines(output)[^1], StringComparison.Ordinal);
        Assert.Contains("sft-0: lengths are those of data/train.jsonl.", Lines(output));
        Assert.Equal(
            before.Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(run.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_run_has_all_its_training_stages_those_alike_together()
    {
        run.LayPairs("train", 4, 3);
        var (code, output, error) = run.Run(
            "plan", "--config-path", "exp_config/tiny", "--config-name", "self-train", "loop.iterations=2", "--json",
            "dpo.trainer.per_device_train_batch_size=2");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        var stages = json.RootElement.GetProperty("stages").EnumerateArray().ToArray();
        Assert.Equal(
            [
                ("sft", "sft-0", 24, 500L), ("dpo", "dpo-1", 4, 150), ("sft", "sft-1 st-1 sft-2 st-2", null, 500),
                ("dpo", "dpo-2", null, 150)
            ],
            stages.Select(
                s => (
                    s.GetProperty("objective").GetString()!,
                    string.Join(' ', s.GetProperty("stages").EnumerateArray().Select(n => n.GetString())), Examples(s),
                    s.GetProperty("steps").GetInt64())));
        Assert.All(stages, s =>
        {
            var memory = s.GetProperty("memory_bytes");
            Assert.Equal(
                memory.GetProperty("peak").GetInt64(),
                ((string[])["weights", "gradients", "optimizer", "activations", "working", "allocator"])
                    .Sum(part => memory.GetProperty(part).GetInt64()));
            Assert.True(s.GetProperty("seconds").GetDouble() > 0);
        });
        Assert.True(json.RootElement.GetProperty("fits").GetBoolean());

        static int? Examples(JsonElement stage) => stage.GetProperty("examples") is { ValueKind: JsonValueKind.Number } count
            ? count.GetInt32()
            : null;
    }

    [Fact]
    public void What_will_not_fit_is_said_by_the_plan_and_refused_by_the_stage()
    {
        Directory.CreateDirectory(run.Path("giant"));
        File.WriteAllText(run.Path("giant/config.json"), Giant);
        string[] stage = ["--config-path", "exp_config/tiny", "--config-name", "sft-0", "model.model_path=giant"];
        var plan = run.Run(["plan", .. stage]);
        Assert.Equal(2, plan.Code);
        Assert.Matches("^will not fit: needs [0-9.]+ TB, [0-9.]+ [GM]B is free; use a smaller model", Lines(plan.Out)[^1]);

        var training = run.Run(["sft", .. stage]);
        Assert.Equal((2, ""), (training.Code, training.Out));
        Assert.Contains("giant will not fit: its weights, gradients and optimizer alone need ", training.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Path("ft_models/tiny/sft-0")) || Directory.Exists(run.Path("ft_models/tiny/sft-0.training")));
    }

    [Fact]
    public void For_several_processes_it_says_what_each_holds_and_sends()
    {
        Directory.CreateDirectory(run.Path("giant"));
        File.WriteAllText(run.Path("giant/config.json"), Giant);
        string[] line =
        [
            "plan", "--config-path", "exp_config/tiny", "--config-name", "sft-0", "model.model_path=giant",
            "trainer.per_device_train_batch_size=12", "--nproc", "8"
        ];
        var (code, output, error) = run.Run([.. line, "--json"]);
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        var stage = json.RootElement.GetProperty("stages")[0];
        var (whole, sharded) = (stage.GetProperty("whole"), stage.GetProperty("sharded"));
        Assert.Equal((2, 2), (whole.GetProperty("rows").GetInt32(), sharded.GetProperty("rows").GetInt32()));

        // 16384 wide, 128 heads of 128, 8 of keys and values: the shapes of Llama 3.1 405B.
        const long block = 16384L * (16384 + 2 * 1024) + 16384L * 16384 + 3 * 16384L * 53248 + 2 * 16384;
        const long parameters = 2 * 128256L * 16384 + 126 * block + 16384;
        Assert.Equal(parameters, stage.GetProperty("parameters").GetInt64());
        Assert.Equal(4 * parameters, whole.GetProperty("memory_bytes").GetProperty("weights").GetInt64());
        Assert.Equal(parameters / 2, sharded.GetProperty("memory_bytes").GetProperty("weights").GetInt64());
        // twice 4 bytes, but for the own eighth
        Assert.Equal(7 * parameters, whole.GetProperty("sent_bytes").GetInt64());

        // Of 12 rows the first process has 2; sharded, blocks are computed again: a forward pass more, but for the head.
        Assert.True(whole.GetProperty("computing_seconds").GetDouble() > 0);
        var head = 2.0 * 128256 * 16384;
        var (passes, all) = (whole.GetProperty("flops_per_step").GetDouble(), sharded.GetProperty("flops_per_step").GetDouble());
        Assert.InRange(all / passes, (4 * (parameters - head) + 3 * head) / (3 * parameters) - 0.1, 4.0 / 3);
    }

    [Fact]
    public void A_step_of_several_processes_takes_what_the_given_rates_make_of_it()
    {
        string[] line =
        [
            "plan", "--config-path", "exp_config/tiny", "--config-name", "sft-0", "--nproc", "2", "--rate", "500", "--bandwidth", "10"
        ];
        var (code, output, error) = run.Run([.. line, "--json"]);
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        var whole = json.RootElement.GetProperty("stages")[0].GetProperty("whole");
        Assert.Equal(whole.GetProperty("flops_per_step").GetDouble() / 0.5e12, whole.GetProperty("computing_seconds").GetDouble(), 1e-6);
        Assert.Equal(whole.GetProperty("sent_bytes").GetInt64() / 10e9, whole.GetProperty("sending_seconds").GetDouble(), 1e-6);
        Assert.Contains("2 processes; sharded", run.Run(line).Out, StringComparison.Ordinal);

        var alone = run.Run("plan", "--config-path", "exp_config/tiny", "--config-name", "sft-0", "--rate", "0.5");
        Assert.Equal(2, alone.Code);
        Assert.Contains("--rate and --bandwidth are for several processes: add --nproc N", alone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        var plan = run.Run("plan", "--config-path", "exp_config/tiny", "--config-name", "sft-0", "model.model_path=google/flan-t5-xl");
        Assert.Equal((2, ""), (plan.Code, plan.Out));
        Assert.Contains("google/flan-t5-xl: there is no config.json of a model here", plan.Error, StringComparison.Ordinal);
        Assert.Contains("dpost download REPO --local-dir google/flan-t5-xl", plan.Error, StringComparison.Ordinal);

        var dpo = run.Run("plan", "--config-path", "exp_config/tiny", "--config-name", "dpo-1");
        Assert.Equal(2, dpo.Code);
        Assert.Contains("run dpost sft --config-path exp_config/tiny --config-name sft-0 first", dpo.Error, StringComparison.Ordinal);
    }

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');
}
