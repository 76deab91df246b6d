using System.Text.Json;
using DpoSt.Models;
using DpoSt.Models.Decoding;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using DpoSt.Tests.Models;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Training.Objectives;

public sealed class DpoObjectiveTests
{
    [Fact]
    public void A_policy_equal_to_its_reference_costs_the_logarithm_of_two()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(TinyModels.T5, 1);
        var tokens = Pairs(3);
        var cost = new DpoObjective(model, new PreferenceLoss())
            .Evaluate(new PreferenceBatch(tokens, SequenceLogProbs.Score(model, tokens)), null, null);
        Assert.Equal(Math.Log(2), cost.Loss / 3, 1e-6);
        Assert.Equal(0, Metric(cost, "rewards/margins"), 1e-9);
        Assert.Equal(0, Metric(cost, "rewards/accuracies"));
    }

    [Fact]
    public void Swapping_chosen_and_rejected_negates_the_margin()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(TinyModels.T5, 2);
        var tokens = Pairs(3);
        var swapped = tokens with { Completions = [.. tokens.Completions.Skip(3), .. tokens.Completions.Take(3)] };
        double[] reference = [-30, -20, -40, -35, -25, -50];
        var cost = new DpoObjective(model, new PreferenceLoss(0.3)).Evaluate(new PreferenceBatch(tokens, reference), null, null);
        var mirror = new DpoObjective(model, new PreferenceLoss(0.3))
            .Evaluate(new PreferenceBatch(swapped, [.. reference[3..], .. reference[..3]]), null, null);
        Assert.Equal(Metric(cost, "rewards/margins"), -Metric(mirror, "rewards/margins"), 1e-4);
        Assert.Equal(Metric(cost, "rewards/chosen"), Metric(mirror, "rewards/rejected"), 1e-4);
        Assert.Equal(3, Metric(cost, "rewards/accuracies") + Metric(mirror, "rewards/accuracies"));
    }

    [Fact]
    public void Given_log_probabilities_cost_what_another_library_says()
    {
        using var scope = NewDisposeScope();
        var golden = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("peer-cases", "dpo.json"))).RootElement.GetProperty("loss");
        var (chosen, rejected) = (Numbers("policy_chosen_logps"), Numbers("policy_rejected_logps"));
        var (referenceChosen, referenceRejected) = (Numbers("ref_chosen_logps"), Numbers("ref_rejected_logps"));
        for (var i = 0; i < chosen.Length; i++)
        {
            var tokens = new TokenBatch([[1]], [[1], [1]], [0, 0], [0, 1]);
            var objective = new DpoObjective(
                new ScriptedModel([chosen[i], rejected[i]]), new PreferenceLoss(golden.GetProperty("beta").GetDouble()));
            var cost = objective.Evaluate(new PreferenceBatch(tokens, [referenceChosen[i], referenceRejected[i]]), null, null);
            Assert.Equal(golden.GetProperty("expected_losses")[i].GetDouble(), cost.Loss, 1e-4);
        }

        float[] Numbers(string key) => golden.GetProperty(key).Deserialize<float[]>()!;
    }

    [Fact]
    public void Given_log_probabilities_cost_another_library_s_hinge()
    {
        using var scope = NewDisposeScope();
        var golden = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("peer-cases", "dpo.json"))).RootElement.GetProperty("loss");
        var loss = new PreferenceLoss(golden.GetProperty("hinge_gamma").GetDouble(), "hinge");
        for (var i = 0; i < golden.GetProperty("expected_hinge_losses").GetArrayLength(); i++)
        {
            var model = new ScriptedModel([Number("policy_chosen_logps", i), Number("policy_rejected_logps", i)]);
            var cost = new DpoObjective(model, loss).Evaluate(
                new PreferenceBatch(
                    new TokenBatch([[1]], [[1], [1]], [0, 0], [0, 1]), [Number("ref_chosen_logps", i), Number("ref_rejected_logps", i)]),
                null, null);
            Assert.Equal(golden.GetProperty("expected_hinge_losses")[i].GetDouble(), cost.Loss, 1e-4);
        }

        float Number(string key, int i) => golden.GetProperty(key)[i].GetSingle();
    }

    public static TheoryData<string> PeerLosses => ["sigmoid", "sigmoid_norm", "robust", "hinge", "ipo"];

    [Theory, MemberData(nameof(PeerLosses))]
    public void Losses_and_gradients_are_those_of_another_library(string type)
    {
        using var scope = NewDisposeScope();
        var golden = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("peer-cases", "preference-losses.json"))).RootElement;
        var (policy, reference) = (Rows(golden, "policy_token_log_probs"), Rows(golden, "reference_token_log_probs"));
        var cases = golden.GetProperty("dpo").EnumerateArray()
            .Where(c => c.GetProperty("loss_type").Deserialize<string[]>() is [var only] && only == type).ToArray();
        Assert.True(cases.Length >= 2);
        var pairs = policy.Length / 2;
        int[] order = [.. Enumerable.Range(0, pairs).SelectMany(i => (int[])[i, pairs + i])];
        var tokens = new TokenBatch(
            [.. Enumerable.Range(0, pairs).Select(_ => (int[])[1])], Array.ConvertAll(policy, row => new int[row.Length]),
            [.. order.Select((_, i) => i % pairs)], [.. order.Select((_, i) => (long)i)]);
        foreach (var c in cases)
        {
            var loss = new PreferenceLoss(c.GetProperty("beta").GetDouble(), type, c.GetProperty("label_smoothing").GetDouble());
            var logProbs = tensor(order.SelectMany(row => policy[row]).ToArray(), requires_grad: true);
            var cost = new DpoObjective(new ScriptedModel([]), loss).Of(
                new PreferenceBatch(tokens, Array.ConvertAll(reference, row => row.Sum())), [.. Enumerable.Range(0, pairs)], logProbs);
            cost.Loss.div(pairs).backward();
            Assert.Equal(c.GetProperty("loss").GetDouble(), cost.Loss.item<double>() / pairs, 1e-6);
            var gradients = Rows(c, "grad");
            Assert.All(
                order.SelectMany(row => gradients[row]).Zip(logProbs.grad!.data<double>().ToArray()),
                g => Assert.Equal(g.First, g.Second, 1e-6));
        }

        static double[][] Rows(JsonElement from, string key) => from.GetProperty(key).Deserialize<double[][]>()!;
    }

    // Completions of 2, 1, 4 and 1 tokens at -1, -3, -0.5, -2 a token; the reference's sums are -3, -2, -6, -1.75. Log-ratios of means:
    // 0.5, -1, 1, -0.25; of sums: 1, -1, 4, -0.25.
    [Theory]
    [InlineData("ipo", null, (0.5 - 1 - 5) * (0.5 - 1 - 5) + (-1 + 0.25 - 5) * (-1 + 0.25 - 5))]
    [InlineData("hinge", 0.25, 1 - 0.1 * (1 - 4) + (1 - 0.1 * (-1 + 0.25)) + 0.25 * (1 + 3))]
    public void Means_a_token_are_what_ipo_compares_and_what_rpo_adds(string type, double? alpha, double expected)
    {
        using var scope = NewDisposeScope();
        var tokens = new TokenBatch([[1], [1]], [[1, 1], [1], [1, 1, 1, 1], [1]], [0, 1, 0, 1], [0, 1, 2, 3]);
        var model = new ScriptedModel([-1, -1, -3, -0.5f, -0.5f, -0.5f, -0.5f, -2]);
        var cost = new DpoObjective(model, new PreferenceLoss(0.1, type, RpoAlpha: alpha))
            .Evaluate(new PreferenceBatch(tokens, [-3, -2, -6, -1.75f]), null, null);
        Assert.Equal(expected, cost.Loss, 1e-5);
        if (alpha is not null)
        {
            Assert.Equal(4, Metric(cost, "nll_loss"), 1e-6);
        }
    }

    /// <summary>Smoothing and the chosen answer's own loss together, in fp64: values, and gradients by finite differences.</summary>
    [Theory]
    [InlineData("sigmoid")]
    [InlineData("robust")]
    public void Smoothing_and_the_chosen_answer_s_loss_are_those_of_their_formulas(string type)
    {
        using var scope = NewDisposeScope();
        const double beta = 0.3, smoothing = 0.2, alpha = 0.7, h = 1e-6;
        double[] own = [-1.1, -0.4, -2.5, -0.3, -0.2, -0.9, -1.7], reference = [-2, -2.2, -1.5, -2.9];
        int[] owner = [0, 0, 1, 2, 2, 2, 3];                          // chosen, rejected of two pairs, pair by pair
        var tokens = new TokenBatch([[1], [1]], [[1, 1], [1, 1, 1], [1], [1]], [0, 1, 0, 1], [0, 2, 1, 3]);
        var logProbs = tensor(own, requires_grad: true);
        var cost = new DpoObjective(new ScriptedModel([]), new PreferenceLoss(beta, type, smoothing, alpha))
            .Of(new PreferenceBatch(tokens, [reference[0], reference[2], reference[1], reference[3]]), [0, 1], logProbs);
        cost.Loss.backward();
        Assert.Equal(Formula(own), cost.Loss.item<double>(), 1e-10);
        var gradient = logProbs.grad!.data<double>().ToArray();
        Assert.All(
            Enumerable.Range(0, own.Length),
            i => Assert.Equal((Formula(Moved(i, h)) - Formula(Moved(i, -h))) / (2 * h), gradient[i], 1e-7));

        double[] Moved(int i, double by) => [.. own.Select((p, j) => j == i ? p + by : p)];

        double Formula(double[] p)
        {
            double[] sums = [.. Enumerable.Range(0, 4).Select(c => p.Where((_, i) => owner[i] == c).Sum())];
            return Pair(0) + Pair(2);

            double Pair(int c)
            {
                var margin = beta * (sums[c] - reference[c] - sums[c + 1] + reference[c + 1]);
                var (right, turned) = (Math.Log(1 + Math.Exp(-margin)), Math.Log(1 + Math.Exp(margin)));
                var loss = type == "sigmoid" ? (1 - smoothing) * right + smoothing * turned
                    : ((1 - smoothing) * right - smoothing * turned) / (1 - 2 * smoothing);
                return loss - alpha * sums[c] / owner.Count(o => o == c);
            }
        }
    }

    private static TokenBatch Pairs(int count) => new(
        TinyModels.Batch(3, count).Prompts, TinyModels.Batch(4, 2 * count).Completions,
        [.. Enumerable.Range(0, 2 * count).Select(b => b % count)], [.. Enumerable.Range(0, 2 * count).Select(b => (long)b)]);

    private static double Metric(Cost cost, string name) => cost.Metrics.Single(m => m.Key == name).Value;

    /// <summary>A model of two tokens that gives every token 1 the log-probability it is told.</summary>
    private sealed class ScriptedModel(float[] logProbs) : ILanguageModel
    {
        public string ModelType => "scripted";
        public bool IsCausal => false;

        public int VocabularySize => 2;

        public ScalarType ProductType => ScalarType.Float32;

        public double DropoutRate => 0;

        public ParameterSet Parameters => throw new NotSupportedException();

        public Tensor CompletionStates(TokenBatch batch, Dropout? dropout) => tensor(logProbs).view(-1, 1);

        public Tensor Logits(Tensor states) => cat([states.exp().neg().log1p(), states], 1);

        public IStepDecoder NewDecoder(int slots, int maxPromptTokens, int maxNewTokens) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
