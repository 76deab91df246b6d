using DpoSt.Answering;
using DpoSt.Generation;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.SelfTraining.Stages;
using DpoSt.Training;

namespace DpoSt.Tests.SelfTraining;

/// <summary>How many samples the baseline learns from, and whose they are.</summary>
public sealed class BaselineSamplesTests
{
    [Theory]
    [InlineData(null, new[] { 5, 6, 7 }, new[] { "sft-0", "sft-0-more" }, 8)]
    [InlineData(4, new[] { 5, 6, 7, 8 }, new[] { "sft-0-more" }, 4)]
    public void It_has_as_many_as_both_samplings_or_its_own(int? told, int[] first, string[] warmUp, int second)
    {
        var limits = new TokenLimits(100, 100, 200);
        var stages = SelfTrainingLoop.Stages(new LoopPlan
        {
            Folder = new ExperimentFolder("x", "ft_models", "model_outputs", "results.json"),
            BaseModel = "base",
            TrainFile = "train.jsonl",
            TestSets = [],
            Iterations = 2,
            BaselineSamples = told,
            Sft = new TrainingRecipe(),
            SftLimits = limits,
            Dpo = new TrainingRecipe(),
            DpoLimits = limits,
            Answers = new AnswerOptions(100, true, new GenerationOptions(100, 8, null, 0.7, 50, 1, 3)),
        }).ToDictionary(stage => stage.Name);
        Assert.Equal(first, ((SampleStage)stages["sample sft-0-more"]).Samples);
        Assert.Equal(Enumerable.Range(0, second), ((SampleStage)stages["sample st-1"]).Samples);
        Assert.Equal(warmUp, Sources("pseudo-labels sft-0-more"));
        Assert.Equal([.. warmUp, "st-1"], Sources("pseudo-labels st-1"));

        string[] Sources(string stage) => [.. ((PseudoLabelsStage)stages[stage]).Source.Labelled.Select(l => l.Run.Text)];
    }
}
