using DpoSt.Models.Costs;
using DpoSt.Models.Decoding;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.Llama;

/// <summary>Llama while it decodes: weights packed for few rows, keys and values of prompts held once for all rows that share them, those
/// of new tokens by slot. A prompt's last token is a row's first, so that its logits come from the same step as everybody's.
/// <see cref="StableRowCounts"/> decides how many rows are computed. Shapes: N tokens of a step, R rows computed, D model, H query heads, G
/// key-value heads, K head size, V vocabulary.</summary>
internal sealed class LlamaDecoder : IStepDecoder, ILlamaAttention
{
    private readonly LlamaModel model;
    private readonly LlamaConfig config;
    private readonly LlamaStack stack;
    private readonly Linear head;
    private readonly RotaryEmbedding rotary;
    private readonly IRaggedCache[] rows;
    private readonly IRaggedCache[] prompts;
    private readonly int slots;
    private readonly SlotTable table;
    private readonly StableRowCounts tiers;
    private RaggedStep step = RaggedStep.Empty;
    private RotaryTurn? turn;

    /// <summary>A decoder that reads the model's weights as they are now.</summary>
    public LlamaDecoder(LlamaModel model, int slots, int maxPromptTokens, int maxNewTokens)
    {
        this.model = model;
        this.slots = slots;
        config = model.Config;
        MemoryCheck.CheckCaches(model.Weights.Device, new LlamaCosts(config), slots, maxPromptTokens, maxNewTokens,
            model.Weights.DecodingProducts == ScalarType.BFloat16);
        StepCapacity = slots + Math.Max(3, slots / 4);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        stack = new LlamaStack(config, name => model.Weights.LinearForDecoding(name, StepCapacity), name => model.Weights[name]);
        head = model.Weights.LinearForDecoding(model.HeadName, slots);
        rotary = new RotaryEmbedding(config);
        rows = Caches(maxNewTokens + 1);                                                 // the prompt's last token too
        prompts = Caches(Math.Max(1, maxPromptTokens - 1));
        table = new SlotTable(slots, maxPromptTokens);
        tiers = StableRowCounts.Of([.. stack.Linears, head], slots, StepCapacity);
    }

    public int StepCapacity { get; }
    public int FirstToken(int[] prompt) => prompt[^1];

    public int[] AddPrompts(IReadOnlyList<int[]> prompts)
    {
        var handles = table.AddPrompts(prompts, p => p.Length - 1);
        var owners = prompts.Zip(handles).SelectMany(p => Enumerable.Repeat(p.Second, p.First.Length - 1)).ToArray();
        var positions = prompts.SelectMany(p => Enumerable.Range(0, p.Length - 1)).ToArray();
        var read = prompts.Where(p => p.Length > 1).Select(p => p[..^1]).ToArray();
        if (read.Length > 0)
        {
            MemoryCheck.CheckAttention(model.Weights.Device, 1, config.NumAttentionHeads, read.Max(p => p.Length));
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var packed = PackedRows.Of(new TokenBatch(read, [], [], []), null, model.Weights.Device);
            model.States(packed, null, (layer, qkv) => Append(this.prompts[layer], qkv.In(model.Weights.Dtype), owners, positions));
        }

        return handles;
    }

    public void RemovePrompt(int prompt) => table.RemovePrompt(prompt);
    public void Start(int slot, int prompt) => table.Start(slot, prompt);

    public Tensor Step(ReadOnlySpan<int> slots, ReadOnlySpan<int> counts, ReadOnlySpan<int> ids)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        step = table.Lay(slots, counts);
        var (tokens, positions) = (new int[tiers.For(ids.Length)], new int[tiers.For(ids.Length)]);
        ids.CopyTo(tokens);
        for (var n = 0; n < ids.Length; n++)
        {
            positions[n] = step.PromptLengths[n] + step.Positions[n];
        }

        var x = model.Embed(tokens);                                                     // [R, D]
        turn = rotary.At(positions);
        x = stack.Forward(x, this);
        var last = new long[tiers.For(slots.Length)];
        step.Last.CopyTo(last, 0);
        var states = x.index_select(0, tensor(last, device: x.device));                  // [R, D]
        return head.call(states).narrow(0, 0, slots.Length).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    Tensor ILlamaAttention.Attend(int layer, Tensor qkv)
    {
        using var turned = turn!.Apply(qkv.In(model.Weights.Dtype), config.NumAttentionHeads + config.KeyValueHeads, config.HeadSize);
        Append(rows[layer], turned, step.Slots, step.Positions);
        var prefix = new RaggedPrefix(prompts[layer], step.Prompts, step.PromptLengths);
        return rows[layer]
            .Attend(turned, config.NumAttentionHeads, step.Slots, step.Lengths, 1 / MathF.Sqrt(config.HeadSize), null, prefix);
    }

    public void Dispose()
    {
        stack.Dispose();
        head.Dispose();
        Array.ForEach(rows, cache => cache.Dispose());
        Array.ForEach(prompts, cache => cache.Dispose());
    }

    private void Append(IRaggedCache cache, Tensor qkv, int[] slots, int[] positions) =>
        cache.Append(qkv, config.Inner, config.Inner + config.KeyValueInner, slots, positions);

    private IRaggedCache[] Caches(int length) =>
        [
            .. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => RaggedCache.New(slots, config.KeyValueHeads, config.HeadSize, length,
                model.Weights.Device, model.Weights.Dtype, model.Weights.DecodingProducts))
        ];
}
