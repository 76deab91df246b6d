using System.Text.Json.Nodes;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;

namespace DpoSt.Tests.Configuration;

/// <summary>The configurations at the root of this repository.</summary>
public sealed class OwnConfigsTests
{
    private static readonly string[] Stages = ["sft-0", "sft-1", "sft-2", "sft-3", "dpo-1", "dpo-2", "dpo-3"];

    public static TheoryData<string, string> AllStages => new(from f in new[] { "t5", "llama" } from s in Stages select (f, s));

    public static TheoryData<string> StageNames => [.. Stages];

    [Theory]
    [MemberData(nameof(StageNames))]
    public void TheTinyFilesHaveTheStructureOfThePapers(string name)
    {
        var (tiny, t5) = (ConfigBinder.Bind<ExperimentOptions>(Compose("tiny", name)), Bind("t5", name));
        Assert.Empty(tiny.Ignored);
        Assert.Null(tiny.Options.Data.Split);
        Assert.Equal(t5.Trainer.RunName, tiny.Options.Trainer.RunName);
        Assert.Equal(t5.Trainer.OutputDir, Renamed(tiny.Options.Trainer.OutputDir));
        Assert.Equal(t5.Model.SftRunName, tiny.Options.Model.SftRunName);
        Assert.Equal(t5.Data.DataDir, tiny.Options.Data.DataDir is { } folder ? Renamed(folder) : null);
        if (name != "sft-0")
        {
            Assert.Equal(t5.Data.DataPath, name.StartsWith("sft", StringComparison.Ordinal)
                ? Renamed(tiny.Options.Data.DataPath)
                : t5.Data.DataPath);
        }

        static string Renamed(string path) => path.Replace("/tiny/", "/t5/", StringComparison.Ordinal);
    }


    [Theory]
    [MemberData(nameof(AllStages))]
    public void EveryStageSaysWhatTheReferenceSays(string family, string name)
    {
        var own = JsonNode.Parse(Compose(family, name).ToJson())!.AsObject();
        var reference = ConfigComposer.Compose(SharedFolder.Path("reference-configs", "exp_config", family), name).ToJson();
        // A batch here is that of all processes, and there it is one of eight devices'.
        const int devices = 8;
        var theirs = JsonNode.Parse(reference)!.AsObject();
        theirs["trainer"]!["gradient_accumulation_steps"] = devices * theirs["trainer"]!["gradient_accumulation_steps"]!.GetValue<int>();
        AssertEqualWhereBothDefine(own, theirs, "");
    }

    [Theory]
    [InlineData("t5", 3)]
    [InlineData("llama", 10)]
    public void TheWholeLoopHasThePapersNumbers(string family, int pseudoLabelSamples)
    {
        var options = Bind(family, "self-train");
        Assert.Equal(new LoopSection { PseudoLabelSamples = pseudoLabelSamples }, options.Loop);
        Assert.Equal(new SelectionSection(), options.Selection);
        Assert.Equal(Bind(family, "sft-0"), options with { Loop = new LoopSection() });
    }

    [Theory]
    [MemberData(nameof(AllStages))]
    public void NothingIsIgnoredAndTheSplitIsLeftOpen(string family, string name)
    {
        var (options, ignored) = ConfigBinder.Bind<ExperimentOptions>(Compose(family, name));
        Assert.Empty(ignored);
        Assert.Null(options.Data.Split);
        Assert.Equal((1.0, 50), (options.Trainer.MaxGradNorm, options.Eval.Sampling.TopK));
        Assert.Equal("train", ConfigBinder.Bind<ExperimentOptions>(Compose(family, name, "+data.split=train")).Options.Data.Split);
    }

    [Theory]
    [InlineData("t5")]
    [InlineData("llama")]
    [InlineData("smollm2")]
    [InlineData("qwen2.5")]
    [InlineData("qwen3")]
    public void AdaptersAreTrainedAtTenTimesTheRate(string family)
    {
        var loop = Bind(family, "self-train-lora");
        Assert.Equal(("sft-0-lora", "dpo-1-lora", $"{family}-lora"), (loop.Loop.Sft, loop.Loop.Dpo, loop.ExpName));
        Assert.Equal(
            new LoraSection { R = 16, LoraAlpha = 32 },
            Bind(family, loop.Loop.Sft).Trainer.Lora! with { TargetModules = null });
        foreach (var (adapted, full) in ((string, string)[])[(loop.Loop.Sft, "sft-0"), (loop.Loop.Dpo, "dpo-1")])
        {
            var (own, other) = (Bind(family, adapted).Trainer, Bind(family, full).Trainer);
            Assert.Equal(10 * other.LearningRate, own.LearningRate, 1e-12);
            Assert.Equal(["all-linear"], own.Lora!.TargetModules);
            Assert.Equal(other with { LearningRate = 0, OutputDir = "", LrSchedulerKwargs = new() },
                own with { LearningRate = 0, OutputDir = "", Lora = null, LrSchedulerKwargs = new() });
        }
    }

    [Theory]
    [InlineData("smollm2")]
    [InlineData("qwen2.5")]
    [InlineData("qwen3")]
    public void SmallInstructModelsAreAskedInTheirOwnTemplate(string family)
    {
        foreach (var name in (string[])["sft-0", "dpo-1", "self-train"])
        {
            var (options, ignored) = ConfigBinder.Bind<ExperimentOptions>(Compose(family, name));
            Assert.Empty(ignored);
            Assert.Equal("auto", options.Data.Template);
            Assert.Equal(16, options.Trainer.PerDeviceTrainBatchSize * options.Trainer.GradientAccumulationSteps);
        }

        Assert.Equal(Bind(family, "sft-0").Trainer.OutputDir, Bind(family, "dpo-1").Model.ModelPath);
    }

    [Fact]
    public void RenamingARunMovesEverythingThatBelongsToIt()
    {
        var dpo = ConfigBinder.Bind<ExperimentOptions>(
            Compose("t5", "dpo-1", "exp_name=mine", "trainer.run_name=dpo-5", "model.sft_run_name=sft-4")).Options;
        Assert.Equal("ft_models/mine/dpo-5", dpo.Trainer.OutputDir);
        Assert.Equal(("ft_models/mine/sft-4", "ft_models/mine/sft-4"), (dpo.Model.ModelPath, dpo.Data.TokenizerPath));
        Assert.Equal("model_outputs/mine/sft-4/train/", dpo.Data.DataDir);
    }

    private static ComposedConfig Compose(string family, string name, params string[] overrides) =>
        ConfigComposer.Compose(Path.Combine(SharedFolder.RepositoryRoot, "exp_config", family), name, overrides);

    private static ExperimentOptions Bind(string family, string name) =>
        ConfigBinder.Bind<ExperimentOptions>(Compose(family, name)).Options;

    private static void AssertEqualWhereBothDefine(JsonObject own, JsonObject reference, string path)
    {
        foreach (var (key, value) in own.Where(e => reference.ContainsKey(e.Key)))
        {
            if (value is JsonObject below)
            {
                AssertEqualWhereBothDefine(below, reference[key]!.AsObject(), $"{path}{key}.");
            }
            else
            {
                Assert.True(JsonNode.DeepEquals(value, reference[key]), $"{path}{key}: {value} here, {reference[key]} in the paper's");
            }
        }
    }
}
