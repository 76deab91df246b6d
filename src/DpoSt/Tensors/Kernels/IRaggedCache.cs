using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>Keys and values of rows of different lengths, one slot a row, and attention of new tokens to them. Shapes: N new tokens, H
/// query heads, G key-value heads, K head size.</summary>
internal interface IRaggedCache : IDisposable
{
    /// <summary>
    /// Stores the key and value of token n, found in <paramref name="source"/> [N, ..] from the given columns on (G K numbers each), at
    /// <paramref name="positions"/>[n], modulo the capacity, of slot <paramref name="slots"/>[n].
    /// </summary>
    void Append(Tensor source, int keyColumn, int valueColumn, ReadOnlySpan<int> slots, ReadOnlySpan<int> positions);

    /// <summary>
    /// softmax(scale q k^T + bias) v of token n over the first <paramref name="lengths"/>[n] positions of its slot, or those of them that a
    /// window reaches. The query's H K numbers begin at column 0 of <paramref name="query"/> [R, ..] with R at least N; the result is
    /// [R, H K], zero from row N on. Where there is a <paramref name="prefix"/>, token n sees its positions before those of its slot; the
    /// bias is not for them.
    /// </summary>
    Tensor Attend(
        Tensor query, CachedAttention attention, ReadOnlySpan<int> slots, ReadOnlySpan<int> lengths, DistanceBias? bias = null,
        RaggedPrefix? prefix = null);
}

/// <summary>How tokens attend to a cache.</summary>
/// <param name="Heads">H.</param>
/// <param name="Scale">What scores are multiplied with.</param>
/// <param name="Cap">Then scores are cap tanh(score / cap); null leaves them.</param>
/// <param name="Window">How many positions a token sees, its own included; null is all. A slot needs to hold no more than these and the
/// tokens of one step: position p is kept at p modulo the cache's capacity.</param>
internal sealed record CachedAttention(int Heads, float Scale, float? Cap = null, int? Window = null);

/// <summary>A bias that depends on the head and the distance between query and key alone; the query is a slot's last position.</summary>
/// <param name="Table">[H, C]: column C - 1 - d holds distance d, so that a row's positions read it forwards.</param>
internal sealed record DistanceBias(Tensor Table);

/// <summary>Positions of a like cache that come before a slot's own: a prompt that several rows share.</summary>
/// <param name="Slots">For token n, its slot there.</param>
/// <param name="Lengths">For token n, how many; may be zero.</param>
internal sealed record RaggedPrefix(IRaggedCache Cache, int[] Slots, int[] Lengths);
