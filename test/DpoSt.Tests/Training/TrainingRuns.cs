using System.Text.Json;
using DpoSt.Models;
using DpoSt.Tests.Models;
using DpoSt.Training;
using DpoSt.Training.Objectives;

namespace DpoSt.Tests.Training;

/// <summary>Runs of the trainer whose every step is kept.</summary>
internal static class TrainingRuns
{
    public const double Tolerance = 1e-4;

    /// <summary>
    /// What a trajectory of the ReLU fixture is compared with from its second step on: weights that differ in the eighth digit put units on
    /// other sides of the kink. In fp64 the second gradient norm is 12.2579 or 12.2620 as weights move by 1e-7 of themselves.
    /// </summary>
    public const double KinkTolerance = 0.1;

    /// <summary>A constant rate, no clipping, no dropout, every step logged.</summary>
    public static TrainerOptions Options(long steps, double rate = 1e-3) =>
        new(steps, new LearningRateSchedule("constant", rate, steps, 0), new AdamWOptions(), MaxGradNorm: 0, Dropout: 0, Seed: 1,
            LogEvery: 1);

    public static List<TrainingLine> Run<TBatch>(
        ILanguageModel model, IObjective<TBatch> objective, TrainerOptions options, params TBatch[] microBatches)
        where TBatch : class
    {
        var lines = new List<TrainingLine>();
        new Trainer<TBatch>(model.Parameters, objective, options)
            .Run(_ => microBatches, lines.Add, _ => { }, TestContext.Current.CancellationToken);
        return lines;
    }

    /// <summary>The recorded steps: loss, gradient norm, rate where it is given.</summary>
    public static void EqualSteps(JsonElement golden, IReadOnlyList<TrainingLine> lines, double laterNorms = Tolerance)
    {
        Assert.Equal(golden.GetArrayLength(), lines.Count);
        foreach (var (step, line) in golden.EnumerateArray().Zip(lines))
        {
            Close(step.GetProperty("loss"), line.Loss, $"loss of step {line.Step}", Math.Min(laterNorms, 20 * Tolerance));
            Close(step.GetProperty("grad_norm"), line.GradNorm, $"gradient norm of step {line.Step}", line.Step == 1
                ? Tolerance
                : laterNorms);
            Assert.Equal(step.GetProperty("lr").GetDouble(), line.LearningRate, 1e-12);
        }
    }

    /// <summary>The norm of every parameter by its Hugging Face name.</summary>
    public static void EqualNorms(JsonElement golden, ModelFixture fixture, double tolerance)
    {
        foreach (var parameter in golden.EnumerateObject())
        {
            using var value = fixture.Value(parameter.Name);
            Close(parameter.Value, value.norm().item<float>(), parameter.Name, tolerance);
        }
    }

    /// <summary>Within the tolerance, relative to the number where it is above one.</summary>
    public static void Close(JsonElement golden, double actual, string what, double tolerance = Tolerance)
    {
        var expected = golden.GetDouble();
        Assert.True(
            Math.Abs(actual - expected) <= tolerance * Math.Max(1, Math.Abs(expected)), $"{what} is {actual} instead of {expected}");
    }
}
