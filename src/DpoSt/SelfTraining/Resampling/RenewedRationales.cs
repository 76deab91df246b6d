using System.Text.Json;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Models;

namespace DpoSt.SelfTraining.Resampling;

/// <summary>Rows of fine-tuning that are made anew: gold rationales and the right ones of the model as it is (rejection sampling).
/// </summary>
internal static class RenewedRationales
{
    /// <summary>How rows of a fine-tuning are made anew.</summary>
    public static Renewal<TokenBatch> Of(ResamplingOptions options, Resampler policy, RowEncoder encoder)
    {
        return new(options.Every, Draw, rows => EncodedRows.Of([.. rows.Deserialize<RationaleRow[]>()!.Select(encoder.Row)]));

        DrawnRows Draw(long step)
        {
            var answered = policy.At(step);
            var rows = PseudoLabels.Build(answered, encoder.Format, encoder.TokenSet, options.Selection).Rows;
            var (metrics, said) = Resampler.Tell(answered, rows.Count, "rationale");
            return new DrawnRows(rows.Count == 0 ? null : JsonSerializer.SerializeToElement(rows), metrics, said);
        }
    }
}
