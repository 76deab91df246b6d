using DpoSt.Models.Costs;
using DpoSt.Models.Decoding;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.Llama;

/// <summary>Llama as a causal language model (LlamaForCausalLM of transformers): Llama 1 and 2, Llama 3 with grouped queries and stretched
/// positions, tied or untied head. Shapes: N tokens, D model, V vocabulary, M scored tokens.</summary>
internal sealed class LlamaModel : ILanguageModel
{
    private readonly LlamaStack stack;
    private readonly Linear head;
    private readonly RotaryEmbedding rotary;

    /// <summary>A model over parameters laid out by <see cref="LlamaWeights.Specs"/>; it owns them.</summary>
    /// <param name="recomputesBlocks">Whether layers are computed again in the backward pass instead of being kept for it.</param>
    public LlamaModel(LlamaConfig config, IWeights weights, bool recomputesBlocks = false)
    {
        Config = config;
        Weights = weights;
        stack = new LlamaStack(config, weights.Linear, name => weights[name], recomputesBlocks);
        head = weights.Linear(HeadName);
        rotary = new RotaryEmbedding(config);
    }

    public LlamaConfig Config { get; }
    public string ModelType => "llama";
    public int VocabularySize => Config.VocabSize;
    public ScalarType ProductType => head.Dtype;
    public double DropoutRate => Config.AttentionDropout;

    public ParameterSet Parameters =>
        Weights as ParameterSet ?? throw new InvalidOperationException("the model was loaded to be read, not to be trained");

    /// <summary>Where the parameters come from.</summary>
    public IWeights Weights { get; }

    /// <summary>The parameter that is the head's weight [V, D]: the embedding where tied.</summary>
    public string HeadName => Config.TieWordEmbeddings ? LlamaWeights.Embedding : LlamaWeights.Head;

    public Tensor CompletionStates(TokenBatch batch, Dropout? dropout)
    {
        using var scope = NewDisposeScope();
        var longest = batch.Prompts.Select(
            (prompt, p) => prompt.Length + batch.Completions.Where((_, c) => batch.PromptOf[c] == p).Sum(c => (long)c.Length)).Max();
        MemoryCheck.CheckAttention(Weights.Device, 1, Config.NumAttentionHeads, longest);
        var rows = PackedRows.Of(batch, dropout is null ? null : Config.NumAttentionHeads, Weights.Device);
        var states = States(rows, dropout);                                                             // [N, D]
        var scored = states.index_select(0, tensor(rows.Scored, device: states.device));                       // [M, D]
        return Weights.Enter(HeadName, scored).MoveToOuterDisposeScope();
    }

    public IStepDecoder NewDecoder(int slots, int maxPromptTokens, int maxNewTokens) =>
        new LlamaDecoder(this, slots, maxPromptTokens, maxNewTokens);

    /// <summary>The stream after the final norm [N, D].</summary>
    /// <param name="attended">Sees each layer's rotated query, key and value.</param>
    /// <param name="watch">Sees the stream after every layer.</param>
    public Tensor States(PackedRows rows, Dropout? dropout, Action<int, Tensor>? attended = null, Action<Tensor>? watch = null)
    {
        using var scope = NewDisposeScope();
        var x = Embed(rows.Ids);                                                                        // [N, D]
        var turn = rotary.At(rows.Positions);
        return stack.Forward(x, new LlamaBatchAttention(Config, rows, turn, dropout) { Watch = attended }, Weights.Enter, watch)
            .MoveToOuterDisposeScope();
    }

    /// <summary>The embeddings of tokens: [N, D].</summary>
    public Tensor Embed(int[] ids)
    {
        using var index = tensor(Array.ConvertAll(ids, id => (long)id), device: Weights.Device);
        return Weights.Fetch(LlamaWeights.Embedding).index_select(0, index);
    }

    public Tensor Logits(Tensor states) => head.call(states);

    public void Dispose()
    {
        stack.Dispose();
        Weights.Dispose();
    }
}
