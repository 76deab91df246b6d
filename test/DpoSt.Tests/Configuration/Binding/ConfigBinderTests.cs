using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;

namespace DpoSt.Tests.Configuration.Binding;

public sealed class ConfigBinderTests
{
    private const string Least = "exp_name: t5\ntrainer: {run_name: r, output_dir: o}\nmodel: {model_path: m}\n";

    [Fact]
    public void AbsentKeysKeepTheDefaults()
    {
        var (options, ignored) = Bind(Least);
        Assert.Empty(ignored);
        var trainer = new TrainerSection { RunName = "r", OutputDir = "o" };
        Assert.Equal(new ExperimentOptions { ExpName = "t5", Trainer = trainer, Model = new ModelSection { ModelPath = "m" } }, options);
        Assert.Equal(
            (42, -1, 3.0, 1.0, 5e-5), (trainer.Seed, trainer.MaxSteps, trainer.NumTrainEpochs, trainer.MaxGradNorm, trainer.LearningRate));
        Assert.Equal((0.9, 0.999, 1e-8, 0.0), (trainer.AdamBeta1, trainer.AdamBeta2, trainer.AdamEpsilon, trainer.WeightDecay));
        Assert.Equal(
            ("linear", "adamw_torch", 0.1, 8, null),
            (trainer.LrSchedulerType, trainer.Optim, trainer.Beta, trainer.GroupByLengthWindow, trainer.Dropout));
        Assert.Equal((IntervalStrategy.No, IntervalStrategy.Steps), (trainer.EvalStrategy, trainer.SaveStrategy));
        Assert.Equal((0.7, 3, 90.0), (options.Selection.MaxSimilarity, options.Selection.MaxPairs, options.Selection.Percentile));
        Assert.Equal(
            (3, "sft-0", "dpo-1", 5, 3),
            (options.Loop.Iterations, options.Loop.Sft, options.Loop.Dpo, options.Loop.PairSamples, options.Loop.PseudoLabelSamples));
        Assert.Equal((true, 5, 42L), (options.Loop.Baseline, options.Loop.EvalSamples, options.Loop.Seed));
        Assert.Equal(
            (0.7, 0, 10, 50, 1.0),
            (options.Eval.Sampling.Temperature, options.Eval.Sampling.MinSeed, options.Eval.Sampling.MaxSeed, options.Eval.Sampling.TopK,
                options.Eval.Sampling.TopP));
        Assert.Equal((EvalMode.Greedy, true, null, Compatibility.None),
            (options.Eval.Mode, options.Eval.UseCalc, options.Eval.Slots, options.Compat));
        Assert.Equal((null, null, null), (options.Data.Split, options.Data.PoolPath, options.Data.OodDataPath));
    }

    [Fact]
    public void ValuesAreBoundByName()
    {
        var (options, _) = Bind(Least.Replace("output_dir: o",
            "output_dir: o, dropout: 0, lr_scheduler_kwargs: {min_lr: 1e-6}, save_strategy: no, max_steps: 150"
            + ", eval_steps: null, weight_decay: 1",
                StringComparison.Ordinal) + "eval: {mode: sampling, slots: 4}\ncompat: reference\nselection: null\n");
        Assert.Equal((0.0, 1e-6, IntervalStrategy.No),
            (options.Trainer.Dropout, options.Trainer.LrSchedulerKwargs.MinLr, options.Trainer.SaveStrategy));
        Assert.Equal((150L, null, 1.0), (options.Trainer.MaxSteps, options.Trainer.EvalSteps, options.Trainer.WeightDecay));
        Assert.Equal((EvalMode.Sampling, 4, Compatibility.Reference), (options.Eval.Mode, options.Eval.Slots, options.Compat));
        Assert.Equal(new SelectionSection(), options.Selection);
    }

    [Fact]
    public void ListsOfNumbersHaveTheirLimits()
    {
        Assert.Equal([0.7, 1], Bind(Least + "loop: {temperatures: [0.7, 1]}\n").Options.Loop.Temperatures!);
        Assert.Null(Bind(Least + "loop: {temperatures: null}\n").Options.Loop.Temperatures);
        Assert.All((string[])["[]", "[0.7, 0]", "[hot]", "0.7"], wrong => Assert.Contains(
            "expected a list of numbers above 0",
            Assert.Throws<UserErrorException>(() => Bind(Least + $"loop: {{temperatures: {wrong}}}\n")).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void KeysWithoutMeaningAreReportedOnce()
    {
        var yaml = Least.Replace(
            "run_name: r", "run_name: r, tf32: true, report_to: null, dataloader_num_workers: 12, fsdp_config: {a: 1}",
            StringComparison.Ordinal);
        Assert.Equal(["trainer.tf32", "trainer.report_to", "trainer.dataloader_num_workers", "trainer.fsdp_config"], Bind(yaml).Ignored);
    }

    [Theory]
    [InlineData("tensorboard", true)]
    [InlineData("[wandb, TensorBoard]", true)]
    [InlineData("[wandb]", false)]
    [InlineData("none", false)]
    [InlineData("true", false)]
    [InlineData("{a: tensorboard}", false)]
    public void TensorBoardIsTheOnlyOneThatIsReportedTo(string value, bool reports)
    {
        var (options, ignored) = Bind(Least.Replace("run_name: r", $"run_name: r, report_to: {value}", StringComparison.Ordinal));
        Assert.Equal((reports, reports ? 0 : 1), (options.Trainer.ReportTo, ignored.Count));
    }

    [Theory]
    [InlineData("trainer:\n  learning_rat: 1\n", "c.yaml:2: there is no option trainer.learning_rat; did you mean trainer.learning_rate?")]
    [InlineData(
        "trainer:\n  fp16: true\n",
        "c.yaml:2: there is no option trainer.fp16; it is trainer.bf16 here, which needs no loss scaling.")]
    [InlineData("trainer:\n  nonsense_here: 1\n", "c.yaml:2: there is no option trainer.nonsense_here; correct its spelling or remove it.")]
    [InlineData("trainr: {}\n", "c.yaml:1: there is no option trainr; did you mean trainer?")]
    [InlineData("model:\n  weights: x\n", "c.yaml:2: there is no option model.weights; expected one of model_path, sft_run_name.")]
    [InlineData("trainer:\n  seed: abc\n", "c.yaml:2: trainer.seed is the text 'abc'; expected a whole number of at least 0.")]
    [InlineData("trainer:\n  max_steps: 1.5\n", "c.yaml:2: trainer.max_steps is the number 1.5; expected a whole number of at least -1.")]
    [InlineData("trainer:\n  learning_rate: '3e-7'\n",
        "c.yaml:2: trainer.learning_rate is the text '3e-7'; expected a number of at least 0 and at most 1.")]
    [InlineData("trainer:\n  num_train_epochs: 0\n", "c.yaml:2: trainer.num_train_epochs is the number 0; expected a number above 0.")]
    [InlineData("trainer:\n  output_dir: ''\n", "c.yaml:2: trainer.output_dir is the text ''; expected text that is not empty.")]
    [InlineData("trainer:\n  learning_rate: .nan\n",
        "c.yaml:2: trainer.learning_rate is the number .nan; expected a number of at least 0 and at most 1.")]
    [InlineData("trainer:\n  bf16: 1\n", "c.yaml:2: trainer.bf16 is the number 1; expected true or false.")]
    [InlineData("trainer:\n  gradient_checkpointing:\n", "c.yaml:2: trainer.gradient_checkpointing is null; expected true or false.")]
    [InlineData("trainer:\n  run_name: true\n", "c.yaml:2: trainer.run_name is true; expected a name for a folder, without '..' or '~'.")]
    [InlineData("trainer:\n  run_name: ???\n",
        "c.yaml:2: trainer.run_name is the text '???'; expected a name for a folder, without '..' or '~'.")]
    [InlineData("trainer:\n  run_name: null\n", "c.yaml:2: trainer.run_name is null; expected a name for a folder, without '..' or '~'.")]
    [InlineData("trainer:\n  dropout: 1\n", "c.yaml:2: trainer.dropout is the number 1; expected a number of at least 0 and below 1.")]
    [InlineData("trainer:\n  save_strategy: maybe\n",
        "c.yaml:2: trainer.save_strategy is the text 'maybe'; expected 'no' or 'steps' or 'epoch'.")]
    [InlineData("trainer:\n  optim: sgd\n", "c.yaml:2: trainer.optim is the text 'sgd'; expected 'adamw_torch' or 'adamw_torch_fused'.")]
    [InlineData("trainer: 3\n", "c.yaml:1: trainer is the number 3; expected a map of keys.")]
    [InlineData("eval:\n  slots: [1]\n", "c.yaml:2: eval.slots is a list; expected a whole number of at least 1 and at most 16384.")]
    [InlineData("eval:\n  sampling:\n    top_p: 0\n",
        "c.yaml:3: eval.sampling.top_p is the number 0; expected a number above 0 and at most 1.")]
    [InlineData("trainer:\n  output_dir: o\n",
        "c.yaml:1: the key trainer.run_name is missing; expected a name for a folder, without '..' or '~'.")]
    [InlineData("exp_name: ../x\n", "c.yaml:1: exp_name is the text '../x'; expected a name for a folder, without '..' or '~'.")]
    [InlineData("exp_name: /x\n", "c.yaml:1: exp_name is the text '/x'; expected a name for a folder, without '..' or '~'.")]
    [InlineData("exp_name: ''\n", "c.yaml:1: exp_name is the text ''; expected a name for a folder, without '..' or '~'.")]
    [InlineData("trainer:\n  run_name: a/../..\n",
        "c.yaml:2: trainer.run_name is the text 'a/../..'; expected a name for a folder, without '..' or '~'.")]
    [InlineData("exp_name: x\n", "c.yaml: the key trainer is missing; expected a map of keys.")]
    public void MistakesAreOneSentence(string yaml, string message) =>
        Assert.Equal(message, Assert.Throws<UserErrorException>(() => Bind(yaml)).Message);

    [Fact]
    public void AnOverrideIsNamedAsTheSource() => Assert.Equal(
        "override 'exp_name=[1]': exp_name is a list; expected a name for a folder, without '..' or '~'.",
        Assert.Throws<UserErrorException>(
            () => ConfigBinder.Bind<ExperimentOptions>(ConfigComposer.ComposeText("c", Least, ["exp_name=[1]"]))).Message);

    private static BoundConfig<ExperimentOptions> Bind(string yaml) =>
        ConfigBinder.Bind<ExperimentOptions>(ConfigComposer.ComposeText("c.yaml", yaml));
}
