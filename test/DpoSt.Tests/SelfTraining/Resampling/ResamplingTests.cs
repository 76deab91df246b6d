using System.Text.Json.Nodes;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Data.Synthetic;
using DpoSt.SelfTraining;

namespace DpoSt.Tests.SelfTraining.Resampling;

/// <summary>Trainings that ask their model anew, as programs.</summary>
public sealed class ResamplingTests
{
    private static readonly string[] Common =
    [
        "--config-path", "exp_config/tiny", "model.model_path=base", "trainer.logging_steps=1", "trainer.max_steps=4",
        "trainer.per_device_train_batch_size=4", "trainer.learning_rate=1e-4", "eval.sampling.max_seed=2", "eval.max_new_tokens=48",
    ];

    [Fact]
    public void Preference_tuning_learns_from_newer_answers_and_is_as_before_until_there_are_any()
    {
        using var run = new TinyRun();
        run.LayPairs("train", 24, 1);
        var plain = Losses(run, "dpo", "dpo-1", []);
        var renewed = Losses(run, "dpo", "dpo-1", ["+trainer.resample_every=2"]);
        Assert.Equal(plain[..2], renewed[..2]);
        Assert.NotEqual(plain[2..], renewed[2..]);

        // A question's answers and its gold rationale make pairs; the reference has not moved.
        var line = Lines(run, "dpo-1").Single(l => l.ContainsKey("resampled/rows"));
        Assert.Equal(3, line["step"]!.GetValue<int>());
        Assert.True(line["resampled/rows"]!.GetValue<double>() > 0);

        var rows = SyntheticProblems.Labelled(12, 3).Select((p, i) => new JudgedRow($"Question: {p.Question}", p.Rationale!, i % 3 > 0));
        JudgedRowFile.Write(run.Path($"model_outputs/tiny/sft-0/train/{JudgedRowFile.Name("train")}"), rows);
        Assert.Equal(
            4, Losses(run, "dpo", "dpo-1", ["+trainer.resample_every=2", "+trainer.loss_type=kto", "+trainer.desirable_weight=2"]).Length);
    }

    [Fact]
    public void Fine_tuning_learns_from_its_own_right_answers_beside_gold()
    {
        using var run = new TinyRun();
        var renewed = Losses(run, "sft", "sft-0", ["+trainer.resample_every=3", "+trainer.resample_questions=5", "data.pool_path=null"]);
        Assert.Equal(4, renewed.Length);
        Assert.InRange(Lines(run, "sft-0").Single(l => l.ContainsKey("resampled/rows"))["resampled/rows"]!.GetValue<double>(), 5, 15);
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        Refuses(
            "trainer.resample_questions is given without trainer.resample_every",
            new() { RunName = "", OutputDir = "", ResampleQuestions = 5 });
        Refuses(
            "trainer.desirable_weight is given but trainer.loss_type is sigmoid",
            new() { RunName = "", OutputDir = "", DesirableWeight = 2 });
        Refuses(
            "trainer.undesirable_weight is given but trainer.loss_type is hinge",
            new() { RunName = "", OutputDir = "", UndesirableWeight = 2, LossType = "hinge" });
        Refuses(
            "trainer.desirable_weight and trainer.undesirable_weight are both 0",
            new() { RunName = "", OutputDir = "", DesirableWeight = 0, UndesirableWeight = 0, LossType = "kto" });
        Assert.Equal("it is trainer.resample_every here", KnownKeys.All.Count > 0 ? KnownKeys.OtherName("resample_every") : "");

        static void Refuses(string sentence, TrainerSection trainer)
        {
            var options = new ExperimentOptions { ExpName = "x", Trainer = trainer, Model = new ModelSection { ModelPath = "m" } };
            Assert.Contains(
                sentence,
                Assert.Throws<UserErrorException>(() => (object?)Recipes.Resampling(options) ?? Recipes.Loss(options)).Message,
                StringComparison.Ordinal);
        }
    }

    private static double[] Losses(TinyRun run, string command, string name, string[] more)
    {
        var (code, _, error) = run.Run([command, .. Common, .. more]);
        Assert.True(code == 0, error);
        return [.. Lines(run, name).Where(line => line.ContainsKey("loss")).Select(line => line["loss"]!.GetValue<double>())];
    }

    private static JsonObject[] Lines(TinyRun run, string name) =>
        [.. File.ReadAllLines(run.Path($"ft_models/tiny/{name}/metrics.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];
}
