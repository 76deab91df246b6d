using DpoSt.Answering;
using DpoSt.Configuration.Sections;
using DpoSt.Generation;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.SelfTraining.Stages;
using DpoSt.Training;

namespace DpoSt.Tests.SelfTraining;

/// <summary>What the stages of a run are planned with.</summary>
public sealed class LoopStagesTests
{
    [Fact]
    public void Only_the_warm_up_may_be_shorter()
    {
        var steps = SelfTrainingLoop.Stages(Plan(null) with { WarmUpSteps = 7 }).OfType<SftStage>()
            .ToDictionary(stage => stage.Name, stage => stage.Settings.Recipe.MaxSteps);
        Assert.Equal((7, 20, 20, 20, 20), (steps["sft-0"], steps["sft-1"], steps["st-1"], steps["sft-2"], steps["st-2"]));
        Assert.All(SelfTrainingLoop.Stages(Plan(null)).OfType<SftStage>(), stage => Assert.Equal(20, stage.Settings.Recipe.MaxSteps));
    }

    [Theory]
    [InlineData(null, new[] { 5, 6, 7 }, new[] { "sft-0", "sft-0-more" }, 8)]
    [InlineData(4, new[] { 5, 6, 7, 8 }, new[] { "sft-0-more" }, 4)]
    public void The_baseline_has_as_many_samples_as_both_samplings_or_its_own(int? told, int[] first, string[] warmUp, int second)
    {
        var stages = SelfTrainingLoop.Stages(Plan(told)).ToDictionary(stage => stage.Name);
        Assert.Equal(first, ((SampleStage)stages["sample sft-0-more"]).Samples);
        Assert.Equal(Enumerable.Range(0, second), ((SampleStage)stages["sample st-1"]).Samples);
        Assert.Equal(warmUp, Sources("pseudo-labels sft-0-more"));
        Assert.Equal([.. warmUp, "st-1"], Sources("pseudo-labels st-1"));

        string[] Sources(string stage) => [.. ((PseudoLabelsStage)stages[stage]).Source.Labelled.Select(l => l.Run.Text)];
    }

    [Fact]
    public void Earlier_samples_join_as_asked()
    {
        Assert.Equal(["sft-0"], Sources(EarlierSamples.SameKind, "pairs dpo-1"));
        Assert.Equal(["sft-0", "sft-1"], Sources(EarlierSamples.SameKind, "pairs dpo-2"));
        Assert.Equal(["dpo-1", "dpo-2"], Sources(EarlierSamples.SameKind, "pseudo-labels dpo-2"));
        Assert.Equal(["sft-0", "dpo-1", "sft-1"], Sources(EarlierSamples.All, "pairs dpo-2"));
        Assert.Equal(["sft-0", "dpo-1"], Sources(EarlierSamples.All, "pseudo-labels dpo-1"));
        Assert.Equal(["sft-0", "dpo-1", "sft-1", "dpo-2"], Sources(EarlierSamples.All, "pseudo-labels dpo-2"));
        Assert.Equal(["sft-1"], Sources(EarlierSamples.None, "pairs dpo-2"));
        Assert.Equal(["dpo-2"], Sources(EarlierSamples.None, "pseudo-labels dpo-2"));
        Assert.Equal(["st-1"], Sources(EarlierSamples.None, "pseudo-labels st-1"));

        static string[] Sources(EarlierSamples earlier, string name) =>
            SelfTrainingLoop.Stages(Plan(4) with { EarlierSamples = earlier }).Single(stage => stage.Name == name) switch
            {
                PairsStage stage => [.. stage.Source.Labelled.Select(l => l.Run.Text)],
                var stage => [.. ((PseudoLabelsStage)stage).Source.Labelled.Select(l => l.Run.Text)],
            };
    }

    [Fact]
    public void A_run_may_end_with_its_DPO_models()
    {
        var stages = SelfTrainingLoop.Stages(Plan(4) with { Result = LoopResult.Dpo, Baseline = false }).ToList();
        Assert.Equal(
            [
                "sft-0", "evaluate sft-0", "sample sft-0", "label sft-0", "pairs dpo-1", "dpo-1", "evaluate dpo-1", "distance dpo-1",
                "sample dpo-1", "label dpo-1", "pairs dpo-2", "dpo-2", "evaluate dpo-2", "distance dpo-2",
            ],
            stages.Select(stage => stage.Name));
        Assert.EndsWith("dpo-1", stages.OfType<DpoStage>().Last().From, StringComparison.Ordinal);
        Assert.Equal(["sft-0", "dpo-1"], stages.OfType<PairsStage>().Last().Source.Labelled.Select(l => l.Run.Text));
        Assert.Equal(5, stages.OfType<SampleStage>().Last().Samples.Count);             // pairs are made of them
    }

    [Fact]
    public void Samples_have_the_temperatures_in_turn()
    {
        var stages = SelfTrainingLoop.Stages(Plan(4) with { Temperatures = [0.7, 1] }).ToDictionary(stage => stage.Name);
        Assert.Equal([0, 2, 4], ((SampleStage)stages["sample sft-0 at 0.7"]).Samples);
        Assert.Equal([1, 3], ((SampleStage)stages["sample sft-0 at 1"]).Samples);
        Assert.Equal(1, ((SampleStage)stages["sample sft-0 at 1"]).Source.Answers.Decoding.Temperature);
        Assert.Equal(
            [.. stages["sample sft-0 at 0.7"].Outputs, .. stages["sample sft-0 at 1"].Outputs],
            ((LabelStage)stages["label sft-0"]).Files.OrderBy(f => f.Sample % 2).Select(f => f.File));
    }

    [Fact]
    public void Every_training_but_the_warm_up_may_resample()
    {
        var plan = Plan(4) with { DpoResampling = new(50, 10), SftResampling = new(7, null) };
        var trainings = SelfTrainingLoop.Stages(plan).OfType<ITrainingStage>().ToDictionary(stage => stage.Name, stage => stage.Resampling);
        Assert.Null(trainings["sft-0"]);
        Assert.Equal((50, 10, 5), (trainings["dpo-1"]!.Every, trainings["dpo-1"]!.QuestionsAtOnce, trainings["dpo-1"]!.Samples));
        Assert.All((string[])["sft-1", "st-2"], name => Assert.Equal((7, 3), (trainings[name]!.Every, trainings[name]!.Samples)));
        Assert.Equal(2 * 5 * 10, trainings["dpo-1"]!.AnswersIn(150, 90));                // behind steps 50 and 100
        Assert.Equal(0, trainings["dpo-1"]!.AnswersIn(50, 90));
        Assert.All(SelfTrainingLoop.Stages(Plan(4)).OfType<ITrainingStage>(), stage => Assert.Null(stage.Resampling));
    }

    private static LoopPlan Plan(int? baselineSamples)
    {
        var limits = new TokenLimits(100, 100, 200);
        return new LoopPlan
        {
            Folder = new ExperimentFolder("x", "ft_models", "model_outputs", "results.json"),
            BaseModel = "base",
            TrainFile = "train.jsonl",
            TestSets = [],
            Iterations = 2,
            BaselineSamples = baselineSamples,
            Sft = new TrainingRecipe { MaxSteps = 20 },
            SftLimits = limits,
            Dpo = new TrainingRecipe(),
            DpoLimits = limits,
            Answers = new AnswerOptions(100, true, new GenerationOptions(100, 8, null, 0.7, 50, 1, 3)),
        };
    }
}
