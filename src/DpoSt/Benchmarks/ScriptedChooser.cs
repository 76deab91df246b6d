using DpoSt.Generation;
using static TorchSharp.torch;

namespace DpoSt.Benchmarks;

/// <summary>Leads each request along a script of its own: ids are drawn as always, and the script's are taken in their place.</summary>
/// <param name="scripts">The ids of each request, by its place; behind their end what is drawn counts.</param>
internal sealed class ScriptedChooser(IReadOnlyList<int[]> scripts, ITokenChooser drawn) : ITokenChooser
{
    public int[] Next(Tensor logits, IReadOnlyList<Row> rows) =>
        [.. drawn.Next(logits, rows).Zip(rows,
            (id, row) => scripts[row.Index] is var script && row.Position < script.Length ? script[row.Position] : id)];
}
