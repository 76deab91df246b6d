using System.Reflection;
using System.Text.RegularExpressions;
using DpoSt.Configuration.Sections;
using DpoSt.SelfTraining;

namespace DpoSt.Tests.Configuration;

public sealed partial class EveryKeyCountsTests
{
    /// <summary>
    /// A key that is accepted and does nothing would be believed in: those without a meaning are listed as ignored instead.
    /// </summary>
    [Fact]
    public void EveryAcceptedKeyIsReadSomewhere()
    {
        var words = Directory.EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Reads().Matches(File.ReadAllText(file))).Select(m => m.Value[1..]).ToHashSet(StringComparer.Ordinal);

        // There is one optimizer: its name is only checked.
        Assert.Empty(
            Keys(typeof(ExperimentOptions))
                .Where(p => p.Name != nameof(TrainerSection.Optim) && !words.Contains(p.Name))
                .Select(p => $"{p.DeclaringType!.Name}.{p.Name}"));
    }

    [Fact]
    public void TheShapeOfTheLearningRateIsThatOfTheFile()
    {
        var still = Recipes.Recipe(Options("cosine_with_min_lr", new SchedulerSection { MinLr = 1e-6 }, rate: 0));
        Assert.Equal(0, still.OptionsFor(8, 0).Schedule.At(1));
        var recipe = Recipes.Recipe(Options("polynomial", new SchedulerSection { Power = 2, LrEnd = 0.1 }));
        Assert.Equal(0.1 + 0.9 * 0.25, recipe.OptionsFor(8, 0).Schedule.At(5), 1e-12);
        Assert.Equal(
            0.5 * (1 + Math.Cos(2 * Math.PI * 3 * 0.1)),
            Recipes.Recipe(Options("cosine", new SchedulerSection { NumCycles = 3 })).OptionsFor(8, 0).Schedule.At(1), 1e-12);
        var error = Assert.Throws<UserErrorException>(() => Recipes.Recipe(Options("linear", new SchedulerSection { MinLrRate = 0.1 })));
        Assert.Equal(
            "trainer.lr_scheduler_kwargs.min_lr_rate is of the schedule cosine_with_min_lr, but trainer.lr_scheduler_type is linear: "
            + "leave it out (~trainer.lr_scheduler_kwargs.min_lr_rate), or choose another schedule.",
            error.Message);
    }

    [GeneratedRegex(@"\.[A-Z]\w*", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Reads();

    private static IEnumerable<PropertyInfo> Keys(Type section) => section.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .SelectMany(p => p.PropertyType.Name.EndsWith("Section", StringComparison.Ordinal) ? Keys(p.PropertyType) : [p]);

    private static ExperimentOptions Options(string schedule, SchedulerSection shape, double rate = 1) => new()
    {
        ExpName = "x",
        Trainer = new TrainerSection
        {
            RunName = "sft-0",
            OutputDir = "o",
            LrSchedulerType = schedule,
            LrSchedulerKwargs = shape,
            LearningRate = rate,
            MaxSteps = 10,
        },
        Model = new ModelSection { ModelPath = "m" },
    };
}
