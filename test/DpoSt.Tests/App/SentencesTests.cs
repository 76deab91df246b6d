using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

/// <summary>What the program says about the mistakes people make most, sentence by sentence as they read it.</summary>
public sealed class SentencesTests : IDisposable
{
    private const string Head = "exp_name: x\nmodel: {model_path: m}\n";
    private const string Trainer = "trainer: {run_name: r, output_dir: o}\n";
    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData(
        "an unknown key", Head + "trainer:\n  run_name: r\n  output_dir: o\n  learning_rat: 1\n",
        "conf/c.yaml:6: there is no option trainer.learning_rat; did you mean trainer.learning_rate?")]
    [InlineData(
        "a wrong type", Head + "trainer:\n  run_name: r\n  output_dir: o\n  max_steps: many\n",
        "conf/c.yaml:6: trainer.max_steps is the text 'many'; expected a whole number of at least -1.")]
    [InlineData("a circle of defaults", "defaults:\n  - d\n", "conf/d.yaml:2: the defaults form a circle (c -> d -> c).")]
    [InlineData(
        "a circle of interpolations", Head + "a: ${b}\nb: x${c}\nc: ${a}\n" + Trainer,
        "conf/c.yaml:3: the interpolations form a circle (a -> b -> c -> a).")]
    [InlineData("a missing file", "defaults:\n  - e\n", "conf/c.yaml:2: there is no configuration conf/e.yaml; its folder holds c, d.")]
    [InlineData(
        "a tab", Head + "trainer:\n\trun_name: r\n",
        "conf/c.yaml:4: the line holds a tab outside of quotes, which YAML forbids; use spaces.")]
    [InlineData(
        "a key twice", Head + Trainer + "exp_name: y\n",
        "conf/c.yaml:4: the key 'exp_name' stands here a second time (first in line 1); keep one of them.")]
    [InlineData("a missing key", "exp_name: x\n" + Trainer, "conf/c.yaml: the key model is missing; expected a map of keys.")]
    public void Of_a_configuration(string what, string yaml, string sentence)
    {
        Directory.CreateDirectory(run.Path("conf"));
        File.WriteAllText(run.Path("conf/c.yaml"), yaml);
        File.WriteAllText(run.Path("conf/d.yaml"), "defaults:\n  - c\n");
        var (code, output, error) = run.Run("validate", "--config-path", "conf", "--config-name", "c");
        Assert.True((code, output, error) == (2, "", sentence + "\n"), $"{what}: {code} {output}{error}");
    }

    // In the order of the paper's commands: none of them finds what the one before it makes.
    [Theory]
    [InlineData(
        "generate", "sft-0 +data.split=test",
        "ft_models/tiny/sft-0: there is no such model yet; run dpost sft {0} +data.split=test first.")]
    [InlineData("generate", "dpo-1", "ft_models/tiny/dpo-1: there is no such model yet; run dpost dpo {0} first.")]
    [InlineData(
        "eval-sampling", "sft-0 eval.sampling.max_seed=2",
        "model_outputs/tiny/sft-0/train/seed_0-t_0.7.json: there is no such file yet; "
        + "run dpost generate {0} eval.sampling.max_seed=2 eval.mode=sampling first.")]
    [InlineData(
        "eval-greedy", "sft-0 +data.split=test",
        "model_outputs/tiny/sft-0/test/greedy_decode.json: there is no such file yet; run dpost generate {0} +data.split=test first.")]
    [InlineData(
        "make-dpo-data", "sft-0",
        "model_outputs/tiny/sft-0/train/train_dpo_data.jsonl: there is no such file yet; "
        + "run dpost eval-sampling {0} eval.mode=sampling first.")]
    [InlineData(
        "dpo", "dpo-1 trainer.max_steps=1 model.model_path=base",
        "model_outputs/tiny/sft-0/train/train_dpo_processed.jsonl: there is no such file yet; run dpost make-dpo-data {1} first.")]
    [InlineData("dpo", "dpo-1", "ft_models/tiny/sft-0: there is no such model yet; run dpost sft {1} first.")]
    [InlineData(
        "make-rft-data", "dpo-1",
        "model_outputs/tiny/dpo-1/train/train_dpo_data.jsonl: there is no such file yet; "
        + "run dpost eval-sampling {0} eval.mode=sampling first.")]
    [InlineData(
        "sft", "sft-1",
        "model_outputs/tiny/dpo-1/train/train_rft_processed.jsonl: there is no such file yet; run dpost make-rft-data {2} first.")]
    public void Of_a_stage_whose_input_another_stage_makes(string command, string rest, string sentence)
    {
        var words = rest.Split(' ');
        const string config = "--config-path exp_config/tiny --config-name ";
        var (code, output, error) = run.Run([command, .. config.TrimEnd().Split(' '), .. words]);
        var expected = string.Format(
            System.Globalization.CultureInfo.InvariantCulture, sentence, config + words[0], config + "sft-0", config + "dpo-1");
        Assert.Equal((2, "", $"{run.Path(expected)}\n"), (code, output, error));
        Assert.False(Directory.Exists(run.Path("results")));
    }

    [Theory]
    [InlineData(
        "sft --config-name dpo-1", "dpo-1 is a configuration of preference tuning (model.sft_run_name is sft-0): run it with dpost dpo.")]
    [InlineData(
        "dpo --config-name sft-0",
        "sft-0 is a configuration of fine-tuning (it has no model.sft_run_name, whose samples the pairs are of): run it with dpost sft.")]
    [InlineData(
        "run trainer.max_steps=1",
        "override 'trainer.max_steps=1' belongs to a kind of training: write sft.trainer.max_steps=1 or dpo.trainer.max_steps=1.")]
    [InlineData(
        "run sft.model.model_path=other",
        "override 'sft.model.model_path=other' changes nothing: "
        + "a run hands its models on itself, beginning with the run's own model.model_path.")]
    [InlineData("run dpo.trainer.max_step=5", "behind 'dpo.': override 'trainer.max_step=5'")]
    public void Of_options_where_they_do_not_belong(string command, string sentence)
    {
        var (code, output, error) = run.Run([.. command.Split(' '), "--config-path", "exp_config/tiny"]);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith(sentence, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData(
        "solve --model base --dtype fp16 q",
        "--dtype: Argument 'fp16' not recognized. Must be one of: 'fp32' 'bf16'; see dpost solve --help.")]
    [InlineData(
        "complete --model base --temperature hot",
        "Cannot parse argument 'hot' for option '--temperature' as a number; see dpost complete --help.")]
    [InlineData("plan --nproc N", "Cannot parse argument 'N' for option '--nproc' as a whole number; see dpost plan --help.")]
    [InlineData(
        "solve --model base --seed 3 q",
        "--seed keys draws, and at temperature 0 nothing is drawn: give a --temperature above 0 too, or leave --seed out.")]
    [InlineData("score --model base --data data", "data is a folder; expected a file with one JSON object a line.")]
    [InlineData(
        "tokenize --tokenizer base/config.json",
        "The file 'base/config.json' is not a tokenizer: it has no key 'model'; "
        + "expected Hugging Face's tokenizer.json, or a folder that holds it.")]
    [InlineData("demo --seed one", "Cannot parse argument 'one' for option '--seed' as a whole number; see dpost demo --help.")]
    public void Of_values_that_are_none(string command, string sentence) =>
        Assert.Equal((2, "", sentence + "\n"), run.Run(command.Split(' ')));

    [Fact]
    public void Of_the_wrong_folder()
    {
        Directory.CreateDirectory(run.Path("exp_config/large"));
        File.Copy(run.Path("exp_config/tiny/sft-0.yaml"), run.Path("exp_config/large/sft-0.yaml"));
        Assert.Equal(
            (2, "", "exp_config/t5: there is no such folder; "
                + "the current folder has exp_config/large, exp_config/tiny: name one with --config-path.\n"),
            run.Run("sft"));
        Directory.Move(run.Path("exp_config"), run.Path("data/exp_config"));
        Assert.Equal(
            (2, "", "exp_config/tiny: there is no such folder; data has exp_config: run it there.\n"),
            run.Run("sft", "--config-path", "exp_config/tiny"));
        Directory.Delete(run.Path("data"), recursive: true);
        Assert.Equal(
            (2, "", "exp_config/t5: there is no such folder; there is no exp_config in the current folder: "
                + "run it where one is, such as the folder of dpost demo, or name a folder of YAML configurations with --config-path.\n"),
            run.Run("run"));
    }

    [Fact]
    public void Of_two_runs_in_one_folder()
    {
        Directory.CreateDirectory(run.Path("results"));
        using (new FileStream(run.Path("results/tiny.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
        {
            var (code, _, error) = run.Run(TinyRun.Loop());
            Assert.Equal(
                (2, run.Path("results/tiny.lock")
                    + " is held by another dpost that works there: wait until it is done, or give this one another exp_name.\n"),
                (code, error));

            // A mistake of one's own is told first.
            Assert.Equal(
                (2, "", "there is no stage 'dpo-2' in this run; did you mean 'dpo-1'?\n"), run.Run(TinyRun.Loop("--only", "dpo-2")));
        }
    }

    [Fact]
    public void Of_a_configuration_that_changed_since()
    {
        string[] small = TinyRun.Loop("loop.iterations=0", "loop.eval_samples=0", "sft.trainer.max_steps=2", "eval.max_new_tokens=4");
        Assert.Equal(0, run.Run(small).Code);
        var (code, _, error) = run.Run([.. small, "sft.trainer.learning_rate=1e-3"]);
        Assert.Equal(0, code);
        var notes = error.Split('\n').Where(l => l.Contains("was done", StringComparison.Ordinal));
        Assert.Collection(
            notes,
            note => Assert.StartsWith(
                "sft-0 was done with other options (trainer.learning_rate 0.002 -> 0.001): it runs again, and what was there is kept in "
                    + "ft_models/tiny/of-", note, StringComparison.Ordinal),
            note => Assert.Equal(
                "evaluate sft-0 was done with another model: it runs again and replaces model_outputs/tiny/sft-0/evaluation.json.", note));

        File.Delete(run.Path("model_outputs/tiny/sft-0/evaluation.json"));
        Assert.Contains(
            "\nevaluate sft-0 was done, but model_outputs/tiny/sft-0/evaluation.json is damaged (evaluation.json is gone): "
            + "it runs again.\n",
            "\n" + run.Run([.. small, "sft.trainer.learning_rate=1e-3"]).Error, StringComparison.Ordinal);
    }
}
