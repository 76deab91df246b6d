using DpoSt.Answering;
using DpoSt.App.Demo;
using DpoSt.Data.Synthetic;
using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;
using Generator = DpoSt.Generation.Generator;

namespace DpoSt.Tests.Generation;

/// <summary>
/// Greedy answers of the embedded model over different numbers of slots. At one number a row's bits are its own; at another number two
/// nearly equal tokens may change places, which is counted and told. On the demo's fine-tuned model, which takes minutes: <c>dotnet test
/// --project test/DpoSt.Tests -c Release -- --filter-class "*SlotCountsTests" --explicit only</c>.
/// </summary>
public sealed class SlotCountsTests(ITestOutputHelper output)
{
    private const double NearTie = 1e-4;

    [Fact]
    public void In_any_batch_and_order_a_row_is_the_same() => Compare(trainedSteps: 0, questions: 24, slots: [8, 8, 64]);

    [Fact(Explicit = true)]
    public void Of_500_questions_the_demo_s_model_answers_at_most_one_otherwise() =>
        Compare(trainedSteps: 500, questions: 500, slots: [128, 128, 64, 32, 16, 8]);

    // The second number of slots is the first again, with the questions turned round: no bit may differ.
    private void Compare(int trainedSteps, int questions, int[] slots)
    {
        using var folder = new TemporaryFolder();
        DemoFolder.LayModel(folder.Root);
        using var bundle = ModelBundle.Load(folder.File("base"), new(), Silent.Context(cancel: TestContext.Current.CancellationToken));
        var encoder = new RowEncoder(bundle.Tokenizer, bundle.Format, TokenLimits.None with { Prompt = 160 });
        if (trainedSteps > 0)
        {
            var rows = SyntheticProblems.Labelled(DemoFolder.LabelledProblems, 42)
                .Select(p => encoder.Row(bundle.Format.Prompt(p.Question), bundle.Format.Target(p.Rationale!)))
                .ToList();
            var recipe = new TrainingRecipe
            {
                BatchSize = 16,
                MaxSteps = trainedSteps,
                LearningRate = 2e-3,
                Schedule = "linear",
                WarmupRatio = 0.05,
                Dropout = 0,
            };
            new TrainingSession(bundle.Model, recipe, Silent.Context(cancel: TestContext.Current.CancellationToken))
                .Train(new SftObjective(bundle.Model), EncodedRows.Of(rows), null, dropout: 0);
        }

        var requests = SyntheticProblems.Test(questions, 42).Select(p => new GenerationRequest(p.Id, 0, encoder.Question(p.Question)))
            .ToList();
        var first = Answers(bundle, requests, slots[0]);
        Assert.Equal(first, [.. Answers(bundle, [.. Enumerable.Reverse(requests)], slots[1]).Reverse()]);
        foreach (var count in slots[2..])
        {
            var other = Answers(bundle, requests, count);
            var parted = Enumerable.Range(0, questions).Where(q => !first[q].AsSpan().SequenceEqual(other[q])).ToList();
            output.WriteLine(
                $"{slots[0]} and {count} slots: {parted.Count} of {questions} texts differ" + string.Concat(
                    parted.Select(q => $", {requests[q].Key}: gap {Gap(bundle.Model, requests[q].Prompt, first[q], other[q]):0.0e+0}")));
            Assert.InRange(parted.Count, 0, (questions + 499) / 500);
            Assert.All(parted, q => Assert.InRange(Gap(bundle.Model, requests[q].Prompt, first[q], other[q]), 0, NearTie));
        }
    }

    private static int[][] Answers(ModelBundle bundle, List<GenerationRequest> requests, int slots)
    {
        var answers = new int[requests.Count][];
        new Generator(bundle.Model, bundle.Tokenizer, new GenerationOptions(160, slots, bundle.Format.Calculator))
            .Run(requests, a => answers[a.Index] = a.Ids, TestContext.Current.CancellationToken);
        return answers;
    }

    // How far the two likeliest tokens are apart where the texts part.
    private static float Gap(ILanguageModel model, int[] prompt, int[] one, int[] other)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var at = one.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
        var states = model.CompletionStates(TokenBatch.Of([(prompt, one[..(at + 1)], 0L)]), null);
        var top = model.Logits(states.narrow(0, at, 1)).topk(2).values.data<float>().ToArray();
        return top[0] - top[1];
    }
}
