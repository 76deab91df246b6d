using DpoSt.Configuration.Sections;
using DpoSt.Answering;
using DpoSt.Evaluation;
using DpoSt.Runs;
using DpoSt.SelfTraining;

namespace DpoSt.Tests.SelfTraining;

/// <summary>What a card says is what files say.</summary>
public sealed class ModelCardTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ModelCardTests()
    {
        Directory.CreateDirectory(Outputs);
        foreach (var run in (string[])["sft-1", "dpo-1"])
        {
            Directory.CreateDirectory(Model(run));
            File.WriteAllText(Path.Combine(Model(run), "model.safetensors"), run);
            Directory.CreateDirectory(Path.Combine(Outputs, run));
        }
    }

    private string Outputs => folder.File("model_outputs/small");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Says_base_data_recipe_figures_and_versions()
    {
        Record("models/base");
        Evaluate("sft-1", right: 30, all: 40);
        var card = ModelCard.Of(Model("sft-1"), "me/small");
        string[] expected =
        [
            "# me/small", "`sft-1` of the experiment `small`", "| base model | `models/base` |", "| training data | `train.jsonl` |",
            "| test data | `gsm8k/test.jsonl` |", "| stages | sft-0, dpo-1, sft-1 |", "| learning rate | 0.001 (linear) |",
            "| batch | 4 rows x 2, a process |", "| steps | 70 |", "| seed | 42 |",
            // Wilson's interval of 30 of 40, by hand: 0.5981 to 0.8581.
            "| test | 40 | 75.0 % | 59.8 % to 85.8 % | 0 |  |  |", "| dpost | 0.1.0 |",
        ];
        Assert.All(expected, line => Assert.Contains(line, card, StringComparison.Ordinal));
        Assert.DoesNotContain("base_model:", card, StringComparison.Ordinal);
        Assert.DoesNotContain("/home/", card, StringComparison.Ordinal);
        Assert.DoesNotContain("beta", card, StringComparison.Ordinal);
        var preferences = ModelCard.Of(Model("dpo-1"), "me/small");
        Assert.Contains("| loss | hinge, beta 0.3 |", preferences, StringComparison.Ordinal);
        Assert.Contains("No evaluation of this model", preferences, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_of_another_model_are_left_out()
    {
        Record("models/base");
        Evaluate("sft-1", right: 30, all: 40);
        File.WriteAllText(Path.Combine(Model("sft-1"), "model.safetensors"), "another");
        Assert.DoesNotContain("75.0 %", ModelCard.Of(Model("sft-1"), "me/small"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_run_has_a_card_that_claims_nothing()
    {
        Record("models/base");
        var alone = Directory.CreateDirectory(folder.File("elsewhere/small/sft-1")).FullName;
        Assert.Equal(
            "---\nlibrary_name: transformers\ntags:\n- dpost\n---\n\n# x\n\n"
            + "There was no record of a training beside this model when it was uploaded with dpost.\n",
            ModelCard.Of(alone, "x"));
    }

    private string Model(string run) => folder.File($"ft_models/small/{run}");

    private void Record(string start)
    {
        var options = new ExperimentOptions
        {
            ExpName = "small",
            Trainer = new()
            {
                RunName = "sft-0",
                OutputDir = "o",
                LearningRate = 0.001,
                PerDeviceTrainBatchSize = 4,
                GradientAccumulationSteps = 2,
                MaxSteps = 70,
                LossType = "hinge",
                Beta = 0.3,
            },
            Model = new() { ModelPath = start },
            Data = new() { TrainDataPath = "/home/somebody/train.jsonl" },
        };
        new RunRecord(
            "small", "../../ft_models/small", [new("sft-0", []), new("evaluate sft-0", []), new("dpo-1", []), new("sft-1", [])], "test",
            new Dictionary<string, string> { ["dpost"] = "0.1.0" },
            new Dictionary<string, ExperimentOptions> { ["run"] = options, ["sft"] = options, ["dpo"] = options }).Write(Outputs);
    }

    private void Evaluate(string run, int right, int all)
    {
        var file = Path.Combine(Outputs, run, "evaluation.json");
        var (low, high) = WilsonInterval.Of(right, all);
        EvaluationFile.Write(
            file,
            [new EvaluationRow(run, "test", all, (double)right / all, low, high, 0, null, null, null, 0, new bool[all])]);
        Provenance.Of("o", ModelInputs.Of(Model(run))).Write(file);
    }
}
