using System.Text.Json;
using DpoSt.SelfTraining.Sessions;

namespace DpoSt.SelfTraining.Resampling;

/// <summary>Rows that were made anew while a model trains.</summary>
/// <param name="Rows">The rows; null where there are none, and the earlier ones stay.</param>
/// <param name="Metrics">What is worth watching of them, by literal names.</param>
/// <param name="Said">A sentence on them.</param>
internal sealed record DrawnRows(JsonElement? Rows, IReadOnlyList<KeyValuePair<string, double>> Metrics, string Said);

/// <summary>How examples are made anew every so many steps.</summary>
/// <param name="Every">The steps.</param>
/// <param name="Draw">Makes rows behind a step, from the model as it is.</param>
/// <param name="Examples">Rows as examples; a function of them alone, so that a resumed training has the same.</param>
internal sealed record Renewal<TBatch>(long Every, Func<long, DrawnRows> Draw, Func<JsonElement, Examples<TBatch>> Examples);
