using System.Text.RegularExpressions;
using DpoSt.Answering;
using DpoSt.Models;
using DpoSt.Models.Costs;
using DpoSt.Planning;
using DpoSt.SelfTraining.Sessions;
using DpoSt.SelfTraining.Stages;
using DpoSt.Tests.SelfTraining;
using DpoSt.Training;
using DpoSt.Training.Objectives;

namespace DpoSt.Tests.Planning;

public sealed partial class TrainingPlannerTests : IDisposable
{
    private static readonly TokenLimits Limits = new(200, 300, 500);
    private readonly TemporaryFolder folder = new();

    public TrainingPlannerTests()
    {
        folder.File("config.json", """
            {"model_type":"t5","vocab_size":32128,"d_model":512,"d_kv":64,"d_ff":1024,"num_layers":6,"num_heads":8,
             "feed_forward_proj":"gated-gelu","tie_word_embeddings":false}
            """);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_examples_every_row_is_as_long_as_it_may_be()
    {
        var plan = Plan(new TrainingRecipe { BatchSize = 4, GradientAccumulation = 3 });
        Assert.Equal((null, null, null, (200, 300)), (plan.Examples, plan.Steps, plan.Flops, plan.Longest));
        var one = new DpoSt.Models.T5.T5Costs(Config()).Forward(BatchShape.Uniform(4, 200, 300), false, false);
        Assert.Equal(3 * TrainingMemory.Flops(one, new TrainingCompute()), plan.FlopsPerStep);
        Assert.Equal(16 * plan.Parameters, plan.Memory.State);

        var steps = Plan(new TrainingRecipe { BatchSize = 4, MaxSteps = 7 });
        Assert.Equal((7, 7 * steps.FlopsPerStep), (steps.Steps, steps.Flops));
    }

    [Fact]
    public void With_examples_the_steps_and_the_longest_rows_are_theirs()
    {
        using var run = new TinyRun();
        var rows = new RowEncoder(DpoSt.Text.Tokenizers.TokenizerLoader.Load(run.Path("base")), DpoSt.Text.PromptFormat.T5, Limits);
        var lengths = DpoSt.Data.PaperFormats.RationaleFile.Read(run.Path("data/train.jsonl"))
            .Select(r => rows.Row(DpoSt.Text.PromptFormat.T5.Prompt(r.Question), DpoSt.Text.PromptFormat.T5.Target(r.Answer))).ToArray();
        var settings = new TrainingSettings(new TrainingRecipe { BatchSize = 24, Epochs = 2, LengthWindow = 1 }, Limits, new());
        var plan = TrainingPlanner.Plan(new SftStage("sft-0", "", run.Path("data/train.jsonl"), null, "", settings), run.Path("base"));

        // One micro-batch holds all 24 rows.
        Assert.Equal(
            (24, 2, (lengths.Max(l => l.Prompt.Length), lengths.Max(l => l.Completion.Length))), (plan.Examples, plan.Steps, plan.Longest));
        Assert.Equal(2 * plan.FlopsPerStep, plan.Flops);
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("dpo")]
    public void What_it_says_to_do_makes_it_fit(string objective)
    {
        var recipe = new TrainingRecipe { BatchSize = 12, GradientAccumulation = 2 };
        var plan = Plan(recipe, objective == "dpo");
        Assert.Null(plan.Remedy(plan.Memory.Peak, ""));
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var free = plan.Memory.Peak - 1; free > plan.Memory.State; free -= (plan.Memory.Peak - plan.Memory.State) / 40)
        {
            var remedy = plan.Remedy(free, objective + ".")!;
            if (remedy.StartsWith("shorten", StringComparison.Ordinal))
            {
                continue;
            }

            var keys = Key().Matches(remedy).ToDictionary(m => m.Groups["key"].Value, m => m.Groups["value"].Value, StringComparer.Ordinal);
            Assert.NotEmpty(keys);
            found.UnionWith(keys.Keys);
            var changed = recipe with
            {
                BatchSize = keys.TryGetValue("per_device_train_batch_size", out var size) ? int.Parse(size, null) : 12,
                GradientAccumulation = keys.TryGetValue("gradient_accumulation_steps", out var count) ? int.Parse(count, null) : 2,
                GradientCheckpointing = keys.ContainsKey("gradient_checkpointing"),
            };
            Assert.Equal(24, changed.BatchSize * changed.GradientAccumulation);
            Assert.True(Plan(changed, objective == "dpo").Memory.Peak <= free, remedy);
        }

        Assert.Equal(
            ["gradient_accumulation_steps", "gradient_checkpointing", "per_device_train_batch_size"], found.Order(StringComparer.Ordinal));
        Assert.StartsWith("use a smaller model", plan.Remedy(plan.Memory.State - 1, ""), StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_batch_makes_fit_is_refused_before_training()
    {
        var state = Plan(new TrainingRecipe()).Memory.State;
        TrainingSession.CheckMemory(folder.Root, state, new TrainingCompute());
        TrainingSession.CheckMemory(folder.Root, null, new TrainingCompute());
        var refused = Assert.Throws<UserErrorException>(() => TrainingSession.CheckMemory(folder.Root, state - 1, new TrainingCompute()));
        Assert.StartsWith($"{folder.Root} will not fit: ", refused.Message, StringComparison.Ordinal);
    }

    private static DpoSt.Models.T5.T5Config Config() =>
        new()
        {
            VocabSize = 32128,
            DModel = 512,
            DKv = 64,
            DFf = 1024,
            NumLayers = 6,
            NumHeads = 8,
            FeedForwardProj = "gated-gelu",
            TieWordEmbeddings = false,
        };

    private TrainingPlan Plan(TrainingRecipe recipe, bool isDpo = false)
    {
        var settings = new TrainingSettings(recipe, Limits, new());
        ITrainingStage stage = isDpo
            ? new DpoStage("stage", "", folder.File("none"), "", new PreferenceLoss(), settings)
            : new SftStage("stage", "", folder.File("none.jsonl"), null, "", settings);
        return TrainingPlanner.Plan(stage, folder.Root);
    }

    [GeneratedRegex(@"\+\+(sft|dpo)\.trainer\.(?<key>\w+)=(?<value>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();
}
