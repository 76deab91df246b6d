using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Parallel;
using DpoSt.Runs;

namespace DpoSt.Tests.SelfTraining;

/// <summary>A stage alone and the same stage of a run: each knows what the other has done; neither trusts what it did not make.</summary>
public sealed class ConfiguredStagesTests : IDisposable
{
    private const string Model = "ft_models/tiny/sft-0";
    private const string Done = Model + " is done already with these options; --fresh makes it again\n";
    private static readonly string[] Sft = ["sft", "--config-path", "exp_config/tiny", "trainer.max_steps=2", "trainer.logging_steps=4"];
    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void A_finished_model_is_left_alone_until_something_it_depends_on_changes()
    {
        Assert.DoesNotContain(Done, Trained(Sft), StringComparison.Ordinal);
        var first = Weights();
        Assert.Equal((0, Done), Result(run.Run([.. Sft, "trainer.logging_steps=1"])));
        Assert.Equal(first, Weights());

        var (_, _, options) = run.Run([.. Sft, "trainer.learning_rate=1e-3"]);
        Assert.Contains(
            "sft-0 was done with other options (trainer.learning_rate 0.002 -> 0.001): it runs again, and what was there is kept in "
                + "ft_models/tiny/of-", options, StringComparison.Ordinal);
        Assert.NotEqual(first, Weights());
        File.AppendAllText(run.Path("data/train.jsonl"), File.ReadLines(run.Path("data/test.jsonl")).First() + "\n");
        var (_, _, both) = run.Run(Sft);
        Assert.Contains(
            "sft-0 was done with other options (trainer.learning_rate 0.001 -> 0.002) and other rows: it runs again, and what was there "
                + "is kept in ft_models/tiny/of-", both, StringComparison.Ordinal);

        var before = File.GetLastWriteTimeUtc(run.Path(Model + "/model.safetensors"));
        Trained([.. Sft, "--fresh"]);
        Assert.NotEqual(before, File.GetLastWriteTimeUtc(run.Path(Model + "/model.safetensors")));
        using (var weights = new FileStream(run.Path(Model + "/model.safetensors"), FileMode.Open))
        {
            weights.SetLength(weights.Length / 2);
        }

        var (_, _, cut) = run.Run(Sft);
        Assert.Contains(
            $"sft-0 was done, but {Model} is damaged (model.safetensors has changed since it was written): it runs again.", cut,
            StringComparison.Ordinal);
        Assert.Equal(Done, Trained(Sft));
        Assert.False(Directory.Exists(run.Path(Model + ".training")));
    }

    [Theory]
    [InlineData("config.json", Explicit = true)]
    [InlineData("tokenizer.json", Explicit = true)]
    [InlineData("generation_config.json")]
    public void A_file_of_a_finished_model_that_is_damaged_or_gone_has_it_made_again(string name)
    {
        Trained(Sft);
        var (file, whole) = (run.Path($"{Model}/{name}"), File.ReadAllBytes(run.Path($"{Model}/{name}")));
        File.WriteAllText(file, "{ \"damaged\": true }");
        Assert.Contains(
            $"sft-0 was done, but {Model} is damaged ({name} has changed since it was written): it runs again.", run.Run(Sft).Error,
            StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(file));

        File.Delete(file);
        string[] loop = TinyRun.Loop("loop.iterations=0", "loop.eval_samples=0", "sft.trainer.max_steps=2", "eval.max_new_tokens=4");
        Assert.Contains("sft-0 | runs again: damaged | 2 steps of 16 examples", Rows(run.Run([.. loop, "--dry-run"]).Out));
        var (code, _, error) = run.Run(loop);
        Assert.Equal(0, code);
        Assert.Contains($"sft-0 was done, but {Model} is damaged ({name} is gone): it runs again.", error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(file));
    }

    [Fact]
    public void What_an_earlier_version_trained_is_trained_again_and_a_sentence_says_why()
    {
        Trained(Sft);
        File.Delete(run.Path(Model + "/provenance.json"));
        File.WriteAllText(run.Path(Model + "/training.json"), "{}");
        Assert.Contains(
            "sft-0 was done by an earlier dpost, which wrote down too little (training.json) to tell whether it still holds: "
            + "it runs again.\n",
            run.Run(Sft).Error,
            StringComparison.Ordinal);
        Assert.False(File.Exists(run.Path(Model + "/training.json")));
        Assert.Equal(Done, Trained(Sft));
    }

    [Fact]
    public void Rationales_without_a_final_answer_are_said()
    {
        File.AppendAllText(run.Path("data/train.jsonl"), "{\"question\": \"How many?\", \"answer\": \"Two, I think.\"}\n");
        var (code, _, error) = run.Run(Sft);
        Assert.Equal(0, code);
        Assert.Contains(
            "data/train.jsonl: 1 of 25 rationales end without a final answer that the verifier number reads (behind ####)", error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Where_all_questions_would_be_withheld_none_is()
    {
        // A question that belongs to the twentieth part whose pairs are kept from training.
        var question = Enumerable.Range(0, 1000).Select(i => $"What is {i} + 1?").First(q => CounterRandom.KeyOf(q) % 100 < 5);
        var samples = new LabelledQuestion(question, "#### 29", ["28 + 1 = 29\n#### 29"], ["It is 30.\n#### 30"]);
        LabelledQuestionFile.Write(run.Path("model_outputs/tiny/sft-0/train/train_dpo_data.jsonl"), [samples]);
        var (code, output, error) = run.Run(
            "make-dpo-data", "--config-path", "exp_config/tiny", "--config-name", "dpo-1", "model.model_path=base");
        Assert.True(code == 0, error);
        Assert.StartsWith("2 pairs to train on, 0 withheld", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_was_not_trained_here_is_never_replaced()
    {
        var before = File.ReadAllBytes(run.Path("base/model.safetensors"));
        Refused(
            "trainer.output_dir and model.model_path are both base: the new model would replace the one it starts from",
            "trainer.output_dir=base");
        File.CreateSymbolicLink(run.Path("mine"), run.Path("base"));
        Refused("trainer.output_dir and model.model_path are both base", "trainer.output_dir=mine");
        Assert.Equal(before, File.ReadAllBytes(run.Path("base/model.safetensors")));

        Trained(Sft);
        File.Delete(run.Path(Model + "/provenance.json"));
        Refused("the model there does not say how it was trained (it has no provenance.json)");
        Refused("the model there does not say how it was trained (it has no provenance.json)", "--fresh");

        void Refused(string sentence, params string[] more)
        {
            var (code, _, error) = run.Run([.. Sft, .. more]);
            Assert.Equal(2, code);
            Assert.Contains(sentence, error, StringComparison.Ordinal);
        }
    }

    // As a process leaves them that dies between the model and the end.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checkpoints_that_outlived_their_training_go_and_those_of_another_stay(bool own)
    {
        Trained(Sft);
        var checkpoint = run.Path(Model + ".training/checkpoint-1");
        Directory.CreateDirectory(checkpoint);
        File.WriteAllText(
            Path.Combine(checkpoint, "training_state.json"),
            $"{{\"key\": \"{(own ? Provenance.Read(run.Path(Model))!.Key() : "another")}\", \"step\": 1}}");
        Assert.Equal(Done, Trained(Sft));
        Assert.Equal(!own, Directory.Exists(run.Path(Model + ".training")));
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("generate trainer.output_dir=base")]
    [InlineData("eval-sampling")]
    [InlineData("make-dpo-data")]
    [InlineData("dpo +model.sft_run_name=sft-0")]
    [InlineData("make-rft-data")]
    [InlineData("eval-greedy")]
    public void No_stage_works_in_an_experiment_beside_another_process(string command)
    {
        run.LayPairs("train", 2, 1);
        foreach (var name in (string[])["greedy_decode.json", "seed_0-t_0.7.json", "train_dpo_data.jsonl"])
        {
            File.WriteAllText(run.Path($"model_outputs/tiny/sft-0/train/{name}"), "");
        }

        Directory.CreateDirectory(run.Path("results"));
        using var held = new FileStream(run.Path("results/tiny.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        string[] arguments =
        [
            .. command.Split(' '), "--config-path", "exp_config/tiny", "--config-name", "sft-0", "eval.sampling.max_seed=1"
        ];
        Assert.Equal(
            (2, "", run.Path("results/tiny.lock")
                + " is held by another dpost that works there: wait until it is done, or give this one another exp_name.\n"),
            run.Run(arguments));
    }

    [Fact]
    public void A_run_takes_a_model_that_a_stage_made_with_its_options_and_notices_any_other()
    {
        string[] loop = TinyRun.Loop("loop.iterations=0", "loop.eval_samples=0", "sft.trainer.max_steps=2", "eval.max_new_tokens=4");
        Trained(Sft);
        var weights = Weights();
        var written = File.GetLastWriteTimeUtc(run.Path(Model + "/model.safetensors"));
        Assert.Contains("sft-0 | done already | ", Rows(run.Run([.. loop, "--dry-run"]).Out));
        Assert.Contains("sft-0 (1 of 2)  done already", run.Run(loop).Error, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(run.Path(Model + "/model.safetensors")));

        // The same again is the same; a model of other options is not the run's, whoever evaluated what.
        Trained([.. Sft, "--fresh"]);
        Assert.Contains("evaluate sft-0 (2 of 2)  done already", run.Run(loop).Error, StringComparison.Ordinal);
        Trained([.. Sft, "trainer.learning_rate=1e-3"]);
        Assert.Contains("sft-0 | comes back: done before | ", Rows(run.Run([.. loop, "--dry-run"]).Out));
        Assert.Contains(
            "evaluate sft-0 was done with another model", run.Run([.. loop, "--only", "evaluate sft-0"]).Error, StringComparison.Ordinal);
        var (code, _, error) = run.Run(loop);
        Assert.Equal(0, code);
        Assert.Contains($"{Model} was made with these options before, and is in its place again.\n", error, StringComparison.Ordinal);
        Assert.Contains(
            "evaluate sft-0 was done with another model: it runs again and replaces model_outputs/tiny/sft-0/evaluation.json.\n", error,
            StringComparison.Ordinal);
        Assert.Equal(weights, Weights());
    }

    private string Trained(string[] arguments)
    {
        var (code, output, error) = run.Run(arguments);
        Assert.True(code == 0, error);
        return output;
    }

    private byte[] Weights() => File.ReadAllBytes(run.Path(Model + "/model.safetensors"));

    private static (int, string) Result((int Code, string Out, string Error) result) => (result.Code, result.Out);

    private static List<string> Rows(string table) =>
        [
            .. table.Split('\n')
                .Where(l => l.StartsWith('│'))
                .Select(l => string.Join(" | ", l.Trim('│').Split('│').Select(cell => cell.Trim())))
        ];
}
