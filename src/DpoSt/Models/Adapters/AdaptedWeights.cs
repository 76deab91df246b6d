using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Models.Adapters;

/// <summary>Frozen weights with an adapter that is trained: products of matrices that it changes have what it adds, and only its own
/// parameters have gradients.</summary>
/// <param name="frozen">The base, which these own.</param>
/// <param name="lora">Which matrices change.</param>
/// <param name="adapter">The matrices that do it, which these own.</param>
/// <param name="baseFolder">Where the base is.</param>
/// <param name="marksStream">Whether gradients go back to the embedding's output: who computes layers again, or shows them in turn, must
/// see the backward pass come through every layer.</param>
internal sealed class AdaptedWeights(
    FrozenWeights frozen, LoraWeights lora, ParameterSet adapter, string baseFolder, bool marksStream) : IWeights
{
    private IWeights Own => adapter;

    /// <summary>Which matrices change.</summary>
    public LoraWeights Lora => lora;

    /// <summary>Where the base is.</summary>
    public string BaseFolder => baseFolder;

    public ParameterSet Trained => adapter;

    public Device Device => frozen.Device;

    public ScalarType Dtype => frozen.Dtype;

    public ScalarType DecodingProducts => frozen.DecodingProducts;

    public Tensor this[string name] => frozen[name];

    public Linear Linear(string name) => new(frozen[name], DecodingProducts, ChangeOf(name));

    public Linear LinearForDecoding(string name, int rows)
    {
        if (ChangeOf(name) is not { } change)
        {
            return frozen.LinearForDecoding(name, rows);
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var merged = frozen[name].to(ScalarType.Float32, copy: true);
        change.MergeInto(merged);
        return Models.Linear.ForDecoding(merged, rows, DecodingProducts);
    }

    public Tensor Begin(Tensor x) => marksStream && is_grad_enabled() ? x.requires_grad_(true) : x;

    public Tensor Enter(string block, Tensor x) => Own.Enter(block, x);

    public void Dispose()
    {
        frozen.Dispose();
        adapter.Dispose();
    }

    private LowRank? ChangeOf(string name) => lora[name] is { } change ? new LowRank(change, part => adapter[part]) : null;
}
