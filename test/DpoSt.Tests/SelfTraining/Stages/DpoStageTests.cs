using System.Text.Json.Nodes;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Data.Synthetic;
using DpoSt.Runs;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Text.Chat;
using DpoSt.Training;

namespace DpoSt.Tests.SelfTraining.Stages;

/// <summary>Preference tuning over files: withheld pairs, the reference's scores on disk, options that do not go together.</summary>
public sealed class DpoStageTests
{
    private static readonly string[] Dpo =
        [
            "dpo", "--config-path", "exp_config/tiny", "model.model_path=base", "trainer.logging_steps=2", "trainer.max_steps=4",
            "trainer.per_device_train_batch_size=4"
        ];

    [Theory]
    [InlineData("+trainer.bf16=false")]
    [InlineData("+trainer.bf16=true")]                 // the reference is scored in the type that the policy computes in
    public void Withheld_pairs_are_evaluated_every_few_steps_and_a_policy_that_stands_still_costs_the_logarithm_of_two(string precision)
    {
        using var run = NewRun();
        var (code, _, error) = run.Run([
            .. Dpo, precision, "trainer.learning_rate=0", "+trainer.eval_strategy=steps", "+trainer.eval_steps=2",
            "+trainer.per_device_eval_batch_size=3"
        ]);
        Assert.True(code == 0, error);
        var lines = File.ReadAllLines(run.Path("ft_models/tiny/dpo-1/metrics.jsonl"))
            .Select(line => JsonNode.Parse(line)!.AsObject())
            .ToArray();
        Assert.Equal(
            [(2, false), (2, true), (4, false), (4, true)], lines.Select(l => (l["step"]!.GetValue<int>(), l.ContainsKey("eval_loss"))));
        foreach (var line in lines.Where(l => l.ContainsKey("eval_loss")))
        {
            Assert.Equal(Math.Log(2), line["eval_loss"]!.GetValue<double>(), 1e-5);
            Assert.Equal(0, line["eval_rewards/margins"]!.GetValue<double>(), 1e-5);
            Assert.Equal(
                [
                    "step", "eval_loss", "eval_rewards/chosen", "eval_rewards/rejected", "eval_rewards/accuracies", "eval_rewards/margins",
                    "eval_logps/chosen", "eval_logps/rejected"
                ],
                line.Select(p => p.Key));
        }
    }

    [Fact]
    public void Without_pairs_a_policy_that_stands_still_costs_a_half_and_one_that_moves_less()
    {
        using var run = NewRun();
        var rows = SyntheticProblems.Labelled(12, 3).Select((p, i) => new JudgedRow($"Question: {p.Question}", p.Rationale!, i % 3 > 0));
        JudgedRowFile.Write(run.Path($"model_outputs/tiny/sft-0/train/{JudgedRowFile.Name("train")}"), rows);
        string[] kto = [.. Dpo, "++trainer.loss_type=kto", "trainer.max_steps=8"];
        Assert.Equal(0.5, Losses(run, [.. kto, "trainer.learning_rate=0"])[^1], 1e-6);
        Assert.True(Losses(run, [.. kto, "trainer.learning_rate=1e-3", "--fresh"])[^1] < 0.45);
        var (code, _, error) = run.Run([.. kto, "++trainer.rpo_alpha=1"]);
        Assert.Equal((2, true), (code, error.Contains("trainer.loss_type is kto, which has no such term", StringComparison.Ordinal)));

        static double[] Losses(TinyRun run, string[] command)
        {
            var (code, _, error) = run.Run(command);
            Assert.True(code == 0, error);
            return
            [
                .. File.ReadAllLines(run.Path("ft_models/tiny/dpo-1/metrics.jsonl"))
                    .Select(line => JsonNode.Parse(line)!["loss"]!.GetValue<double>())
            ];
        }
    }

    [Fact]
    public void Scores_of_the_reference_are_kept_under_a_key_and_used_again()
    {
        using var run = NewRun();
        using var bundle = ModelBundle.Load(
            run.Path("base"), new(), Silent.Context(cancel: TestContext.Current.CancellationToken), toRead: true);
        var place = Score(run, bundle, "key").File;
        var lines = File.ReadAllLines(place);
        Assert.Equal(Score(run, bundle, "key").First, Score(run, bundle, "another key").First);
        Assert.Equal(2, Files(run).Length);

        File.WriteAllLines(place, ["{\"chosen\": -1.5, \"rejected\": -2.5}", .. lines[1..]]);
        Assert.Equal(-1.5f, Score(run, bundle, "key").First);                        // what is there is used
        File.WriteAllLines(place, lines[..^1]);
        Assert.Equal(Score(run, bundle, "another key").First, Score(run, bundle, "key").First);
        Assert.Equal(lines, File.ReadAllLines(place));                               // what does not fit is written again

        var pairs = File.ReadAllLines(Pairs(run, "train"));
        File.WriteAllLines(Pairs(run, "train"), pairs.Reverse());
        Score(run, bundle, "key");
        Assert.Equal(3, Files(run).Length);
    }

    [Fact]
    public void A_smoothing_that_the_loss_does_not_have_is_refused()
    {
        using var run = NewRun();
        var (code, _, error) = run.Run([.. Dpo, "+trainer.loss_type=hinge", "+trainer.label_smoothing=0.1"]);
        Assert.Equal(2, code);
        Assert.Contains("trainer.label_smoothing is 0.1 but trainer.loss_type is hinge", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+trainer.loss_type=ipo", "+trainer.rpo_alpha=1")]
    [InlineData("+trainer.loss_type=hinge", "+trainer.rpo_alpha=0.5")]
    public void Other_losses_train_and_show_the_chosen_s_own_loss(params string[] options)
    {
        using var run = NewRun();
        var (code, _, error) = run.Run([.. Dpo, .. options]);
        Assert.True(code == 0, error);
        Assert.Contains("nll_loss", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Pairs_are_counted_while_the_reference_scores_them()
    {
        using var run = NewRun();
        using var bundle = ModelBundle.Load(run.Path("base"), new PromptOptions(), Context(new Silent()), toRead: true);
        var pairs = EncodedPairs.Of(
            [.. Enumerable.Range(0, 40).Select(i => ((int[])[10 + i, 11], (int[])[12, 1], (int[])[13, 1]))], "pairs");
        var counted = new List<(string, long, long)>();
        pairs.Score(bundle.Model, "base", new OneReplica(), Context(new Silent { Parts = (what, at, of) => counted.Add((what, at, of)) }));
        Assert.Equal([0L, 16L, 32L], counted.ConvertAll(c => c.Item2));
        Assert.All(counted, c => Assert.Equal(("pairs scored by the reference", 40L), (c.Item1, c.Item3)));
    }

    private static RunContext Context(Silent reporter) => Silent.Context(reporter, TestContext.Current.CancellationToken);

    private static TinyRun NewRun()
    {
        var run = new TinyRun();
        run.LayPairs("train", 12, 1);
        run.LayPairs("eval", 5, 2);
        return run;
    }

    private static (string File, double First) Score(TinyRun run, ModelBundle bundle, string key)
    {
        var before = Files(run);
        var pairs = EncodedPairs.Read(Pairs(run, "train"), new RowEncoder(bundle.Tokenizer, bundle.Format, TokenLimits.None));
        pairs.Score(bundle, key, new OneReplica(), Context(new Silent()));
        return (Files(run).Except(before).FirstOrDefault() ?? "", pairs.Batch([0]).ReferenceLogProbs[0]);
    }

    private static string Pairs(TinyRun run, string split) => run.Path($"model_outputs/tiny/sft-0/train/{PreferencePairFile.Name(split)}");

    private static string[] Files(TinyRun run) => Directory.GetFiles(Path.GetDirectoryName(Pairs(run, "train"))!, "*.logps.jsonl");
}
