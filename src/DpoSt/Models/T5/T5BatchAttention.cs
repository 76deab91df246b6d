using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Models.T5;

/// <summary>T5 attention over a padded batch, in training and scoring: softmax(q k^T + bias) v without a scale (T5 folds it into
/// initialisation). Shapes: B rows, T positions, P prompts, S source positions, H heads, K head size, I = H K.</summary>
/// <param name="bias">What is added to the scores: relative positions, the causal mask, padding; [1 or B, H, T, T].</param>
/// <param name="memory">The encoder's output to attend to; null in the encoder.</param>
internal sealed class T5BatchAttention(int heads, long rows, Tensor bias, T5Memory? memory, RowDropout? dropout) : IT5Attention
{
    public Tensor[] Tensors => [bias, .. memory?.Tensors ?? []];
    public IT5Attention Over(Tensor[] tensors) => new T5BatchAttention(heads, rows, tensors[0], memory?.Over(tensors[1..]), dropout);

    public Tensor Self(int layer, Tensor qkv)
    {
        using var scope = NewDisposeScope();
        var parts = qkv.view(rows, -1, 3, heads, qkv.size(1) / (3 * heads)).permute(2, 0, 3, 1, 4).unbind();    // [B, H, T, K] each
        return Mix(parts[0], parts[1], parts[2], bias, T5Stack.AttentionSite(layer, cross: false)).MoveToOuterDisposeScope();
    }

    public Tensor Cross(int layer, Tensor query, Linear keyValue)
    {
        using var scope = NewDisposeScope();
        var q = query.view(rows, -1, heads, query.size(1) / heads).transpose(1, 2);                     // [B, H, T, K]
        var parts = keyValue.call(memory!.States).view(memory.Prompts, -1, 2, heads, q.size(3));        // [P, S, 2, H, K]
        if (memory.PromptOf is not null)
        {
            parts = parts.index_select(0, memory.PromptOf);                                             // [B, S, 2, H, K]
        }

        var both = parts.permute(2, 0, 3, 1, 4).unbind();                                               // [B, H, S, K] each
        return Mix(q, both[0], both[1], memory.Padding, T5Stack.AttentionSite(layer, cross: true)).MoveToOuterDisposeScope();
    }

    private Tensor Mix(Tensor q, Tensor k, Tensor v, Tensor? added, int site)
    {
        var scores = BatchedProduct.Apply(q, k);                                                           // [B, H, T, S]
        var probabilities = BiasedSoftmax.Apply(scores, added);
        probabilities = dropout?.Attention(probabilities, site) ?? probabilities;
        var mixed = BatchedProduct.Apply(probabilities, v.transpose(2, 3));                                // [B, H, T, K]
        return mixed.transpose(1, 2).reshape(q.size(0) * q.size(2), -1);                                   // [B * T, I]
    }
}

/// <summary>The encoder's output as a decoder batch sees it.</summary>
/// <param name="States">[P * S, D].</param>
/// <param name="Padding">Minus infinity, nearly, where a row's source is padding: [B, 1, 1, S]; null where nothing is.</param>
/// <param name="PromptOf">The prompt of each row [B]; null where it is the row's own number.</param>
internal sealed record T5Memory(Tensor States, long Prompts, Tensor? Padding, Tensor? PromptOf)
{
    /// <summary>The tensors there are.</summary>
    public Tensor[] Tensors => [.. new[] { States, Padding, PromptOf }.OfType<Tensor>()];

    /// <summary>The same over others in place of <see cref="Tensors"/>.</summary>
    public T5Memory Over(Tensor[] tensors) =>
        new(tensors[0], Prompts, Padding is null ? null : tensors[1], PromptOf is null ? null : tensors[^1]);
}
