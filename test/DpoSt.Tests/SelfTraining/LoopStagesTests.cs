using DpoSt.Answering;
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
