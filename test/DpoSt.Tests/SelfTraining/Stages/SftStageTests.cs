using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Data;
using DpoSt.Data.ReferenceFormats;
using DpoSt.Text;

namespace DpoSt.Tests.SelfTraining.Stages;

/// <summary>Fine-tuning over files: the dev questions beside it, and keys that belong to the other kind of training.</summary>
public sealed class SftStageTests : IDisposable
{
    private static readonly string[] Sft =
        [
            "sft", "--config-path", "exp_config/tiny", "trainer.max_steps=4", "trainer.logging_steps=2",
            "trainer.per_device_train_batch_size=4"
        ];

    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void The_dev_questions_are_evaluated_every_few_steps_by_the_mean_of_all_their_tokens()
    {
        // Seven rows in batches of three, and a model that stands still: its loss is what dpost score says of the base.
        var (code, _, error) = run.Run([
            .. Sft, "trainer.learning_rate=0", "+trainer.eval_strategy=steps", "+trainer.eval_steps=2",
            "+trainer.per_device_eval_batch_size=3"
        ]);
        Assert.True(code == 0, error);
        var rows = RationaleFile.Read(run.Path("data/dev.jsonl"))
            .Select(row => new { prompt = PromptFormat.T5.Prompt(row.Question), completion = PromptFormat.T5.Target(row.Answer) });
        JsonLines.Write(run.Path("rows.jsonl"), rows);
        var scores = run.Run("score", "--model", "base", "--data", "rows.jsonl", "--json").Out.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(7, scores.Length);
        var expected = -scores.Sum(s => s.GetProperty("log_prob").GetDouble()) / scores.Sum(s => s.GetProperty("tokens").GetInt32());

        var lines = File.ReadAllLines(run.Path("ft_models/tiny/sft-0/metrics.jsonl"))
            .Select(line => JsonNode.Parse(line)!.AsObject())
            .ToArray();
        Assert.Equal(
            [(2, false), (2, true), (4, false), (4, true)], lines.Select(l => (l["step"]!.GetValue<int>(), l.ContainsKey("eval_loss"))));
        Assert.All(lines.Where(l => l.ContainsKey("eval_loss")), l => Assert.Equal(expected, l["eval_loss"]!.GetValue<double>(), 1e-5));
    }

    [Fact]
    public void A_dev_file_that_is_not_there_is_said_before_training()
    {
        File.Delete(run.Path("data/dev.jsonl"));
        var (code, _, error) = run.Run([.. Sft, "+trainer.eval_strategy=epoch"]);
        Assert.Equal(2, code);
        Assert.Contains("data/dev.jsonl: there is no such file", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Path("ft_models")));
    }

    [Fact]
    public void Keys_that_change_nothing_are_said()
    {
        var (code, _, error) = run.Run(
            [.. Sft, "+trainer.loss_type=hinge", "+trainer.beta=0.2", "+compat=reference", "+trainer.group_by_length_window=4"]);
        Assert.True(code == 0, error);
        Assert.Contains(
            "trainer.beta and trainer.loss_type are of preference tuning: they change nothing here.\n", error, StringComparison.Ordinal);
        Assert.Contains(
            "compat: reference shuffles plainly: trainer.group_by_length_window changes nothing.\n", error, StringComparison.Ordinal);
    }
}
