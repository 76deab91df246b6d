using DpoSt.Models.Costs;
using DpoSt.Models.Decoding;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.Decoder;

/// <summary>A decoder as a causal language model, of whatever family its traits say (LlamaForCausalLM and its kin of transformers). Shapes:
/// N tokens, D model, V vocabulary, M scored tokens.</summary>
internal sealed class DecoderModel : ILanguageModel
{
    private readonly DecoderStack stack;
    private readonly Linear head;
    private readonly Rope[] ropes;
    private readonly int[] ropeOf;

    /// <summary>A model over parameters laid out by <see cref="DecoderWeights.Specs"/>; it owns them.</summary>
    /// <param name="recomputesBlocks">Whether layers are computed again in the backward pass instead of being kept for it.</param>
    public DecoderModel(DecoderTraits traits, IWeights weights, bool recomputesBlocks = false)
    {
        Traits = traits;
        Weights = weights;
        stack = new DecoderStack(traits, weights.Linear, name => weights[name], recomputesBlocks);
        head = weights.Linear(HeadName);
        ropes = [.. traits.Layers.Select(layer => layer.Rope).OfType<Rope>().Distinct()];
        ropeOf = [.. traits.Layers.Select(layer => Array.IndexOf(ropes, layer.Rope))];
    }

    public DecoderTraits Traits { get; }
    public string ModelType => Traits.Family;
    public bool IsCausal => true;
    public int VocabularySize => Traits.VocabSize;
    public ScalarType ProductType => head.Dtype;
    public double DropoutRate => Traits.AttentionDropout;

    public IWeights Weights { get; }
    public ParameterSet Parameters => Weights.Trainable;

    /// <summary>The parameter that is the head's weight [V, D]: the embedding where tied.</summary>
    public string HeadName => Traits.IsTied ? DecoderWeights.Embedding : DecoderWeights.Head;

    public Tensor CompletionStates(TokenBatch batch, Dropout? dropout)
    {
        using var scope = NewDisposeScope();
        var shared = Straddles(batch) ? Unshared(batch) : batch;
        var longest = shared.Prompts.Select(
            (prompt, p) => prompt.Length + shared.Completions.Where((_, c) => shared.PromptOf[c] == p).Sum(c => (long)c.Length)).Max();
        MemoryCheck.CheckAttention(Weights.Device, 1, Traits.Heads, longest);
        var rows = PackedRows.Of(shared, dropout is null ? null : Traits.Heads, Weights.Device, Traits.Windows);
        var states = States(rows, dropout);                                                             // [N, D]
        var scored = states.index_select(0, tensor(rows.Scored, device: states.device));                       // [M, D]
        return Weights.Enter(HeadName, scored).MoveToOuterDisposeScope();
    }

    public IStepDecoder NewDecoder(int slots, int maxPromptTokens, int maxNewTokens) =>
        Traits.RopeLimit is { } limit && maxPromptTokens + maxNewTokens > limit
            ? new LongTextDecoder(this, limit, slots, maxPromptTokens, maxNewTokens)
            : new CachedDecoder(this, slots, maxPromptTokens, maxNewTokens);

    /// <summary>The stream after the final norm [N, D].</summary>
    /// <param name="attended">Sees each layer's rotated query, key and value.</param>
    /// <param name="watch">Sees the stream after every layer.</param>
    public Tensor States(PackedRows rows, Dropout? dropout, Action<int, Tensor>? attended = null, Action<Tensor>? watch = null)
    {
        using var scope = NewDisposeScope();
        var x = Embed(rows.Ids);                                                                        // [N, D]
        var attention = new BatchAttention(Traits, rows, Turns(rows.Positions, rows.TextLengths), dropout) { Watch = attended };
        return stack.Forward(x, attention, Weights.Enter, watch).MoveToOuterDisposeScope();
    }

    /// <summary>The turns of each layer for tokens at these positions, of texts of these lengths.</summary>
    public IReadOnlyList<RotaryTurn?> Turns(int[] positions, int[] textLengths)
    {
        var turns = Array.ConvertAll(ropes, rope => rope.At(positions, textLengths));
        return Array.ConvertAll(ropeOf, rope => rope < 0 ? null : turns[rope]);
    }

    /// <summary>The embeddings of tokens: [N, D].</summary>
    public Tensor Embed(int[] ids)
    {
        using var scope = NewDisposeScope();
        var x = Weights.Fetch(DecoderWeights.Embedding)
            .index_select(0, tensor(Array.ConvertAll(ids, id => (long)id), device: Weights.Device)).In(Weights.Dtype);
        return Weights.Begin(Traits.EmbeddingScale == 1 ? x : x.mul(Traits.EmbeddingScale)).MoveToOuterDisposeScope();
    }

    public Tensor Logits(Tensor states) => Capped(head.call(states));

    /// <summary>Logits as the traits cap them.</summary>
    public Tensor Capped(Tensor logits)
    {
        if (Traits.LogitCap is not { } cap)
        {
            return logits;
        }

        using var plain = logits;
        using var scope = NewDisposeScope();
        return logits.div(cap).tanh().mul(cap).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        stack.Dispose();
        Weights.Dispose();
    }

    // Whether texts over one prompt lie on both sides of the limit: its tokens would turn by both kinds of frequencies.
    private bool Straddles(TokenBatch batch) => Traits.RopeLimit is { } limit && batch.Completions
        .Select((completion, c) => (Prompt: batch.PromptOf[c], IsLong: batch.Prompts[batch.PromptOf[c]].Length + completion.Length > limit))
        .GroupBy(text => text.Prompt).Any(texts => texts.Select(text => text.IsLong).Distinct().Count() > 1);

    private static TokenBatch Unshared(TokenBatch batch) => TokenBatch.Of(
        [.. batch.Completions.Select((completion, c) => (batch.Prompts[batch.PromptOf[c]], completion, batch.Examples[c]))]);
}
