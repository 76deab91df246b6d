using System.Text.Json;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training;
using DpoSt.Training.Resuming;

namespace DpoSt.SelfTraining.Resampling;

/// <summary>The examples of each step where they may be made anew. What was drawn is a part of the resume state: the model that drew it is
/// gone. Until the first drawing the order is that of a training without any.</summary>
internal sealed class RenewedExamples<TBatch>(
    TrainingRecipe recipe, Examples<TBatch> given, Renewal<TBatch>? renewal, Action<long, DrawnRows> told) : IKeepsRows
{
    private (long Since, Examples<TBatch> Examples, BatchOrder Order) now = (0, given, recipe.OrderOf(given.Lengths));
    private JsonElement? rows;

    public KeptRows? Kept => now.Since == 0 ? null : new KeptRows(now.Since, rows);

    /// <summary>The micro-batches of a step; steps come in order.</summary>
    public IReadOnlyList<TBatch> At(long step)
    {
        if (renewal is not null && step - (step % renewal.Every) is var due && due > now.Since)
        {
            var drawn = renewal.Draw(due);
            rows = drawn.Rows ?? rows;
            Begin(due);
            told(due, drawn);
        }

        return [.. now.Order.At(step - now.Since).Chunk(recipe.BatchSize).Select(now.Examples.Batch)];
    }

    public bool ChangeBehind(long step) => renewal is not null && step % renewal.Every == 0;

    public void Restore(KeptRows? kept)
    {
        if (kept is not null)
        {
            rows = kept.Rows;
            Begin(kept.Since);
        }
    }

    private void Begin(long since)
    {
        var examples = rows is { } drawn ? renewal!.Examples(drawn) : given;
        now = (since, examples, recipe.OrderOf(examples.Lengths, since));
    }
}
