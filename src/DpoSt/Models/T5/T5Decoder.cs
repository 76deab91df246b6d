using DpoSt.Models.Costs;
using DpoSt.Models.Decoding;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.T5;

/// <summary>T5 while it decodes: weights packed for few rows, self-attention caches by slot, cross-attention keys and values by prompt.
/// <see cref="StableRowCounts"/> decides how many rows are computed. Shapes: N tokens of a step, R rows computed, D model, I heads times
/// head size, S source, V vocabulary.</summary>
internal sealed class T5Decoder : IStepDecoder, IT5Attention
{
    private readonly T5Model model;
    private readonly T5Config config;
    private readonly CachedAttention attention;
    private readonly T5Stack stack;
    private readonly Linear head;
    private readonly IRaggedCache[] self;
    private readonly IRaggedCache[] cross;
    private readonly DistanceBias bias;
    private readonly int capacity;
    private readonly SlotTable table;
    private readonly StableRowCounts tiers;
    private RaggedStep step = RaggedStep.Empty;

    /// <summary>A decoder that reads the model's weights as they are now.</summary>
    public T5Decoder(T5Model model, int slots, int maxPromptTokens, int maxNewTokens)
    {
        this.model = model;
        config = model.Config;
        attention = new CachedAttention(config.NumHeads, Scale: 1);
        MemoryCheck.CheckCaches(model.Weights.Device, new T5Costs(config), slots, maxPromptTokens, maxNewTokens,
            model.Weights.DecodingProducts == ScalarType.BFloat16);
        capacity = maxNewTokens + 1;                                                     // the start token too
        StepCapacity = slots + Math.Max(3, slots / 4);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        stack = new T5Stack(
            config, "decoder", config.DecoderLayers, crosses: true, name => model.Weights.LinearForDecoding(name, StepCapacity),
            name => model.Weights[name]);
        head = model.Weights.LinearForDecoding(model.HeadName, slots);
        self = Caches(slots, capacity);
        cross = Caches(slots, maxPromptTokens);
        bias = new DistanceBias(BiasTable());
        table = new SlotTable(slots, maxPromptTokens);
        tiers = StableRowCounts.Of([.. stack.Linears, head], slots, StepCapacity);
    }

    public int StepCapacity { get; }
    public int FirstToken(int[] prompt) => model.StartToken;

    public int[] AddPrompts(IReadOnlyList<int[]> prompts)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var handles = table.AddPrompts(prompts, p => p.Length);
        var width = PaddedIds.Width(prompts);
        var memory = model.Encode(prompts, dropout: null);                               // [P * S, D]
        var keysAndValues = Array.ConvertAll(stack.KeysAndValues(memory), t => t.In(model.Weights.Dtype));
        for (var p = 0; p < handles.Length; p++)
        {
            var owner = Enumerable.Repeat(handles[p], prompts[p].Length).ToArray();
            var positions = Enumerable.Range(0, prompts[p].Length).ToArray();
            for (var layer = 0; layer < cross.Length; layer++)
            {
                cross[layer].Append(keysAndValues[layer].narrow(0, (long)p * width, prompts[p].Length), 0, config.Inner, owner, positions);
            }
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
        var padded = new long[tiers.For(ids.Length)];
        for (var n = 0; n < ids.Length; n++)
        {
            padded[n] = ids[n];
        }

        var device = model.Weights.Device;
        var x = model.Weights[T5Weights.Shared].index_select(0, tensor(padded, device: device));     // [R, D]
        x = stack.Forward(x, this, dropout: null);
        var last = new long[tiers.For(slots.Length)];
        step.Last.CopyTo(last, 0);
        var states = x.index_select(0, tensor(last, device: device));                    // [R, D]
        if (config.IsScaled)
        {
            states = states.mul(Math.Pow(config.DModel, -0.5));
        }

        return head.call(states).narrow(0, 0, slots.Length).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    // Queries and what is added to the stream are of the weights' type, whatever products are computed in.
    Tensor IT5Attention.Self(int layer, Tensor qkv)
    {
        qkv = qkv.In(model.Weights.Dtype);
        self[layer].Append(qkv, config.Inner, 2 * config.Inner, step.Slots, step.Positions);
        return self[layer].Attend(qkv, attention, step.Slots, step.Lengths, bias);
    }

    Tensor IT5Attention.Cross(int layer, Tensor query, Linear keyValue) =>
        cross[layer].Attend(query.In(model.Weights.Dtype), attention, step.Prompts, step.PromptLengths);

    public void Dispose()
    {
        stack.Dispose();
        head.Dispose();
        bias.Table.Dispose();
        Array.ForEach(self, cache => cache.Dispose());
        Array.ForEach(cross, cache => cache.Dispose());
    }

    private IRaggedCache[] Caches(int count, int length) =>
        [
            .. Enumerable.Range(0, config.DecoderLayers).Select(_ => RaggedCache.New(count, config.NumHeads, config.DKv, length,
                model.Weights.Device, model.Weights.Dtype, model.Weights.DecodingProducts))
        ];

    private Tensor BiasTable()
    {
        var buckets = Enumerable.Range(0, capacity)
            .Select(column => (long)RelativePosition.Bucket(column - (capacity - 1), bidirectional: false,
                config.RelativeAttentionNumBuckets, config.RelativeAttentionMaxDistance))
            .ToArray();
        var rows = model.Weights["decoder.bias"].detach();
        return rows.index_select(0, tensor(buckets, device: rows.device)).t().contiguous().DetachFromDisposeScope();       // [H, C]
    }
}
