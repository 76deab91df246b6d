using DpoSt.Data;
using DpoSt.Models;
using DpoSt.Training;

namespace DpoSt.SelfTraining;

/// <summary>Direct preference optimisation of a model on pairs; the reference is the model as it comes.</summary>
internal static class PreferenceTuning
{
    private const int ScoringBatch = 16;

    /// <summary>Trains the model in place; returns the last line of metrics.</summary>
    public static TrainingLine Run(
        ModelBundle bundle, IReadOnlyList<PreferencePair> pairs, TokenLimits limits, double beta, TrainingRecipe recipe, TrainingFolder folder, IStageReporter reporter,
        CancellationToken cancel)
    {
        var encoder = new RowEncoder(bundle.Tokenizer, bundle.Format, limits);
        var examples = pairs.Select(pair => encoder.Pair(pair.Prompt, pair.Chosen, pair.Rejected)).ToArray();
        var reference = Score(bundle.Model, examples, cancel);
        var options = recipe.OptionsFor(examples.Length, modelDropout: 0);       // the policy is compared with the reference: no dropout
        var trainer = new Trainer<PreferenceBatch>(bundle.Model.Parameters, new DpoObjective(bundle.Model, beta), options);
        var order = new BatchOrder([.. examples.Select(e => e.Chosen.Length + e.Rejected.Length)], recipe.BatchSize * recipe.GradientAccumulation, recipe.LengthWindow, (ulong)recipe.Seed);
        TrainingLine? last = null;
        trainer.Run(
            step => [.. order.At(step).Chunk(recipe.BatchSize).Select(part => Batch(part, examples, reference))],
            line =>
            {
                folder.Log(last = line);
                reporter.Log(line);
            },
            reporter.Advance,
            cancel,
            folder.CheckpointsOf(recipe, order.StepsPerEpoch));
        return last!;
    }

    // The reference never changes: each pair is scored once, before training, and no second model is kept in memory.
    private static (float Chosen, float Rejected)[] Score(ILanguageModel model, (int[] Prompt, int[] Chosen, int[] Rejected)[] examples, CancellationToken cancel)
    {
        var scores = new (float Chosen, float Rejected)[examples.Length];
        foreach (var part in Enumerable.Range(0, examples.Length).OrderBy(i => examples[i].Chosen.Length + examples[i].Rejected.Length).Chunk(ScoringBatch))
        {
            cancel.ThrowIfCancellationRequested();
            var logProbs = SequenceLogProbs.Score(model, Tokens(part, examples));
            for (var i = 0; i < part.Length; i++)
            {
                scores[part[i]] = (logProbs[i], logProbs[part.Length + i]);
            }
        }

        return scores;
    }

    private static PreferenceBatch Batch(int[] part, (int[] Prompt, int[] Chosen, int[] Rejected)[] examples, (float Chosen, float Rejected)[] reference) =>
        new(Tokens(part, examples), [.. part.Select(i => reference[i].Chosen), .. part.Select(i => reference[i].Rejected)]);

    private static TokenBatch Tokens(int[] part, (int[] Prompt, int[] Chosen, int[] Rejected)[] examples) => new(
        [.. part.Select(i => examples[i].Prompt)],
        [.. part.Select(i => examples[i].Chosen), .. part.Select(i => examples[i].Rejected)],
        [.. Enumerable.Range(0, part.Length), .. Enumerable.Range(0, part.Length)],
        [.. part.Select(i => 2L * i), .. part.Select(i => 2L * i + 1)]);
}
