using System.Globalization;
using System.Text.Json;
using DpoSt.Data;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

public sealed class RunCommandTests : IDisposable
{
    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    // Of the tiny run's files: 24 labelled questions and 24 more are sampled, 12 test questions and 6 of another kind are answered.
    [Fact]
    public void A_dry_run_says_what_will_run_and_what_it_takes_and_writes_nothing()
    {
        var (code, output, error) = run.Run(TinyRun.Loop("--dry-run", "loop.baseline=false"));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            [
                "stage | what becomes of it | what it takes", "sft-0 | runs | 12 steps of 16 examples",
                "evaluate sft-0 | runs | 72 answers", "sample sft-0 | runs | 144 answers",
                "label sft-0 | runs | no model at work",
                "pairs dpo-1 | runs | no model at work", "dpo-1 | runs | 4 steps of 16 examples",
                "evaluate dpo-1 | runs | 72 answers", "distance dpo-1 | runs | 48 answers",
                "sample dpo-1 | runs | 96 answers", "label dpo-1 | runs | no model at work",
                "pseudo-labels dpo-1 | runs | no model at work",
                "sft-1 | runs | 12 steps of 16 examples", "evaluate sft-1 | runs | 72 answers",
            ], Rows(output));
        Assert.False(Directory.Exists(run.Path("results")) || Directory.Exists(run.Path("model_outputs")));

        // Epochs become steps once the number of examples is known: ceil(2 * ceil(24 / 16)).
        var epochs = Rows(
            run.Run(TinyRun.Loop("--dry-run", "loop.baseline=false", "sft.trainer.max_steps=-1", "+sft.trainer.num_train_epochs=2")).Out);
        Assert.Contains("sft-0 | runs | 4 steps of 16 examples", epochs);
        Assert.Contains("sft-1 | runs | 2 epochs, 16 examples a step, over examples that are not made yet", epochs);
    }

    [Fact]
    public void A_dry_run_needs_no_model_and_says_where_a_training_resumes()
    {
        string[] loop = TinyRun.Loop(
            "loop.baseline=false", "sft.trainer.max_steps=4000", "+sft.trainer.save_steps=2", "sft.trainer.logging_steps=1");
        using (var process = run.Start(loop))
        {
            while (!process.StandardError.ReadLine()!.Contains("step 4/", StringComparison.Ordinal))
            {
            }

            process.Kill();
            process.WaitForExit();
        }

        var newest = Directory.GetDirectories(run.Path("ft_models/tiny/sft-0.training"), "checkpoint-*")
            .Max(d => int.Parse(d[(d.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture));
        Assert.Contains(
            $"sft-0 | runs | 4000 steps of 16 examples, resumes after step {newest}", Rows(run.Run([.. loop, "--dry-run"]).Out));
        Assert.Contains("sft-0 | runs | 4000 steps of 16 examples", Rows(run.Run([.. loop, "--dry-run", "--fresh"]).Out));
        Assert.Contains(
            "sft-0 | runs | 4000 steps of 16 examples", Rows(run.Run([.. loop, "--dry-run", "sft.trainer.learning_rate=1e-3"]).Out));

        Directory.Move(run.Path("base"), run.Path("elsewhere"));
        var (code, output, error) = run.Run([.. loop, "--dry-run"]);
        Assert.Equal((0, "base: there is no such model folder yet; the run needs it (model.model_path, below DATA_DIR).\n"), (code, error));
        Assert.Contains("sft-0 | runs | 4000 steps of 16 examples", Rows(output));
    }

    [Fact]
    public void A_run_writes_the_results_that_the_stages_write()
    {
        Assert.Equal(0, run.Run(TinyRun.Loop("loop.pair_samples=5", "sft.trainer.max_steps=60")).Code);
        var results = JsonDocument.Parse(File.ReadAllText(run.Path("results/tiny.json"))).RootElement;
        Assert.Equal(["sft-0", "dpo-1", "sft-1", "sft-0-more", "st-1"], results.EnumerateObject().Select(p => p.Name));
        string[] evaluated = ["test@1", "test@2", "ood@1", "ood@2"];
        string[] chosen = ["generated_sft_data", "gold_rationales", "own_rationales", "own_rows", "right_rationales_a_question"];
        Assert.Equal([.. evaluated, "train@5", "train@3", "generated_dpo_data", "questions_with_pairs"], Keys("sft-0"));
        Assert.Equal(
            [.. evaluated, "kl_to_reference", "logps_chosen_change", "logps_rejected_change", "train@2", .. chosen], Keys("dpo-1"));
        Assert.Equal(evaluated, Keys("sft-1"));
        Assert.Equal(["train@2", .. chosen], Keys("sft-0-more"));

        // The stages alone, over the run's own files.
        Assert.Equal(
            JsonLines.Read(run.Path("model_outputs/tiny/sft-0/train/train_dpo_processed.jsonl")).Count(),
            results.GetProperty("sft-0").GetProperty("generated_dpo_data").GetInt32());
        string[] seeds = ["--config-path", "exp_config/tiny", "eval.sampling.max_seed=5"];
        var before = results.ToString();
        Assert.Equal(0, run.Run(["eval-sampling", .. seeds]).Code);
        Assert.Equal(0, run.Run(["eval-greedy", .. seeds, "+data.split=test"]).Code);
        Assert.Equal(before, JsonDocument.Parse(File.ReadAllText(run.Path("results/tiny.json"))).RootElement.ToString());

        IEnumerable<string> Keys(string name) => results.GetProperty(name).EnumerateObject().Select(p => p.Name);
    }

    [Fact]
    public void A_part_of_a_run_leaves_a_record_of_what_it_was_made_with()
    {
        string[] part = TinyRun.Loop("--only", "sft-0", "loop.baseline=false", "sft.trainer.max_steps=1");
        Assert.Equal((0, ""), Result(run.Run(part)));
        Assert.True(File.Exists(run.Path("ft_models/tiny/sft-0/model.safetensors")));
        Assert.False(File.Exists(run.Path("model_outputs/tiny/sft-0/evaluation.json")));

        var record = JsonDocument.Parse(File.ReadAllText(run.Path("model_outputs/tiny/run.json"))).RootElement;
        Assert.Equal("tiny", record.GetProperty("exp_name").GetString());
        Assert.Equal("../../ft_models/tiny", record.GetProperty("models").GetString());
        Assert.Equal(1, record.GetProperty("configuration").GetProperty("sft").GetProperty("trainer").GetProperty("max_steps").GetInt32());
        Assert.Equal(
            1e-5, record.GetProperty("configuration").GetProperty("dpo").GetProperty("trainer").GetProperty("learning_rate").GetDouble());
        Assert.Equal(3, record.GetProperty("configuration").GetProperty("run").GetProperty("loop").GetProperty("pair_samples").GetInt32());
        Assert.All(
            ["dpost", "dotnet", "libtorch", "os", "cpu", "device"],
            name => Assert.NotEmpty(record.GetProperty("versions").GetProperty(name).GetString()!));

        var metrics = JsonDocument.Parse(File.ReadLines(run.Path("ft_models/tiny/sft-0/metrics.jsonl")).Single()).RootElement;
        Assert.Equal(["step", "loss", "learning_rate", "grad_norm", "tokens_per_s"], metrics.EnumerateObject().Select(p => p.Name));
        Assert.Equal(1, metrics.GetProperty("step").GetInt32());
        Assert.Equal((0, "model_outputs/tiny/report.html\n"), Result(run.Run("report", "model_outputs/tiny")));

        var (_, output, _) = run.Run([.. part, "--dry-run"]);
        Assert.Contains("sft-0 | done already | ", Rows(output));
        Assert.Contains("dpo-1 | left out | ", Rows(output));
    }

    [Theory]
    [InlineData("--only sft-7", "there is no stage 'sft-7' in this run; did you mean 'sft-0'?")]
    [InlineData("--from dpo-1", "the stage 'dpo-1' needs 'sft-0', which is not done: run that first, or leave --from and --only out.")]
    [InlineData("--from dpo-1 --until sft-0", "the stage 'dpo-1' comes after 'sft-0': --from must name an earlier stage than --until.")]
    [InlineData("--only dpo-1 --until sft-1", "--only is a part by itself: leave --from and --until out; see dpost run --help.")]
    public void A_part_that_cannot_be_run_is_one_sentence(string options, string sentence)
    {
        var (code, output, error) = run.Run(TinyRun.Loop(options.Split(' ')));
        Assert.Equal((2, "", sentence + "\n"), (code, output, error));
        Assert.False(Directory.Exists(run.Path("model_outputs")));
    }

    private static (int Code, string Out) Result((int Code, string Out, string Error) result) => (result.Code, result.Out);

    private static List<string> Rows(string table) =>
        [
            .. table.Split('\n')
                .Where(l => l.StartsWith('│'))
                .Select(l => string.Join(" | ", l.Trim('│').Split('│').Select(cell => cell.Trim())))
        ];
}
