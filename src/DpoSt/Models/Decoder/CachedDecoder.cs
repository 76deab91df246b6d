using DpoSt.Models.Costs;
using DpoSt.Models.Decoding;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.Decoder;

/// <summary>A decoder while it decodes: weights packed for few rows, keys and values of prompts held once for all rows that share them,
/// those of new tokens by slot; layers with a window keep no more than it reaches. A prompt's last token is a row's first, so that its
/// logits come from the same step as everybody's. <see cref="StableRowCounts"/> decides how many rows are computed. Shapes: N tokens of a
/// step, R rows computed, D model, H query heads, G key-value heads, K head size, V vocabulary.</summary>
internal sealed class CachedDecoder : IStepDecoder, IDecoderAttention
{
    private readonly DecoderModel model;
    private readonly DecoderTraits traits;
    private readonly DecoderStack stack;
    private readonly Linear head;
    private readonly IRaggedCache[] rows;
    private readonly IRaggedCache[] prompts;
    private readonly CachedAttention[] shapes;
    private readonly int textLength;
    private readonly SlotTable table;
    private readonly StableRowCounts tiers;
    private RaggedStep step = RaggedStep.Empty;
    private IReadOnlyList<RotaryTurn?> turns = [];

    /// <summary>A decoder that reads the model's weights as they are now.</summary>
    /// <param name="textLength">The length of every text, where it decides by which frequencies positions turn.</param>
    public CachedDecoder(DecoderModel model, int slots, int maxPromptTokens, int maxNewTokens, int textLength = 0)
    {
        this.model = model;
        this.textLength = textLength;
        traits = model.Traits;
        MemoryCheck.CheckCaches(model.Weights.Device, new DecoderCosts(traits), slots, maxPromptTokens, maxNewTokens,
            model.Weights.DecodingProducts == ScalarType.BFloat16);
        StepCapacity = CapacityOf(slots);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        stack = new DecoderStack(traits, name => model.Weights.LinearForDecoding(name, StepCapacity), name => model.Weights[name]);
        head = model.Weights.LinearForDecoding(model.HeadName, slots);
        rows = [.. traits.Layers.Select(layer => Cache(RowPositions(layer, slots, maxNewTokens)))];
        prompts = [.. traits.Layers.Select(layer => Cache(PromptPositions(layer, maxPromptTokens)))];
        shapes = [.. traits.Layers.Select(layer =>
            new CachedAttention(traits.Heads, (float)traits.Scale, (float?)traits.ScoreCap, layer.Window))];
        table = new SlotTable(slots, maxPromptTokens);
        tiers = StableRowCounts.Of([.. stack.Linears, head], slots, StepCapacity);

        IRaggedCache Cache(int positions) => RaggedCache.New(slots, traits.KeyValueHeads, traits.HeadSize, positions,
            model.Weights.Device, model.Weights.Dtype, model.Weights.DecodingProducts);
    }

    public int StepCapacity { get; }
    public int FirstToken(int[] prompt) => prompt[^1];

    /// <summary>The most tokens of a step with so many slots.</summary>
    public static int CapacityOf(int slots) => slots + Math.Max(3, slots / 4);

    /// <summary>The positions a layer keeps of a row: all, the prompt's last among them, or those that a step's tokens see.</summary>
    public static int RowPositions(LayerTraits layer, int slots, int maxNewTokens) =>
        (int)Math.Min(maxNewTokens + 1, (layer.Window ?? (long)int.MaxValue) + CapacityOf(slots));

    /// <summary>The positions a layer keeps of a prompt: all but the last, or those that a row sees.</summary>
    public static int PromptPositions(LayerTraits layer, int maxPromptTokens) => Math.Max(1, Kept(layer, maxPromptTokens - 1));

    public int[] AddPrompts(IReadOnlyList<int[]> prompts)
    {
        var handles = table.AddPrompts(prompts, p => p.Length - 1);
        var read = prompts.Where(p => p.Length > 1).Select(p => p[..^1]).ToArray();
        if (read.Length > 0)
        {
            MemoryCheck.CheckAttention(model.Weights.Device, 1, traits.Heads, read.Max(p => p.Length));
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var packed = PackedRows.Of(new TokenBatch(read, [], [], []), null, model.Weights.Device, traits.Windows);
            packed = packed with { TextLengths = [.. packed.TextLengths.Select(length => Math.Max(length, textLength))] };
            var places = packed.Windows.Select(window => PlacesOf(prompts, handles, window)).ToArray();
            model.States(packed, null, (layer, qkv) =>
            {
                var (kept, owners, positions) = places[packed.IndexOf(traits.Layers[layer].Window)];
                using var inner = NewDisposeScope();
                var source = kept.Length == qkv.size(0) ? qkv : qkv.index_select(0, tensor(kept, device: qkv.device));
                Append(this.prompts[layer], source.In(model.Weights.Dtype), owners, positions);
            });
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
        turns = model.Turns(positions, [.. Enumerable.Repeat(textLength, positions.Length)]);
        x = stack.Forward(x, this);
        var last = new long[tiers.For(slots.Length)];
        step.Last.CopyTo(last, 0);
        var states = x.index_select(0, tensor(last, device: x.device));                  // [R, D]
        return model.Capped(head.call(states).narrow(0, 0, slots.Length).to(ScalarType.Float32)).MoveToOuterDisposeScope();
    }

    Tensor IDecoderAttention.Attend(int layer, Tensor qkv)
    {
        using var scope = NewDisposeScope();
        var plain = qkv.In(model.Weights.Dtype);
        var turned = turns[layer]?.Apply(plain, traits.Heads + traits.KeyValueHeads, traits.HeadSize) ?? plain;
        Append(rows[layer], turned, step.Slots, step.Positions);
        var trait = traits.Layers[layer];
        var kept = trait.Window is null ? step.PromptLengths : Array.ConvertAll(step.PromptLengths, length => Kept(trait, length));
        var prefix = new RaggedPrefix(prompts[layer], step.Prompts, kept);
        return rows[layer].Attend(turned, shapes[layer], step.Slots, step.Lengths, null, prefix).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        stack.Dispose();
        head.Dispose();
        Array.ForEach(rows, cache => cache.Dispose());
        Array.ForEach(prompts, cache => cache.Dispose());
    }

    // How many of a prompt's tokens rows still see: a window holds the token that looks, too.
    private static int Kept(LayerTraits layer, int length) => Math.Min(length, (layer.Window ?? int.MaxValue) - 1);

    private void Append(IRaggedCache cache, Tensor qkv, int[] slots, int[] positions) =>
        cache.Append(qkv, traits.Inner, traits.Inner + traits.KeyValueInner, slots, positions);

    // Which of the prompts' tokens, one prompt behind the other and each without its last, are kept, and where.
    private static (long[] Kept, int[] Owners, int[] Positions) PlacesOf(IReadOnlyList<int[]> prompts, int[] handles, int? window)
    {
        var (kept, owners, positions, first) = (new List<long>(), new List<int>(), new List<int>(), 0L);
        foreach (var (prompt, handle) in prompts.Zip(handles))
        {
            var length = prompt.Length - 1;
            var count = Kept(new LayerTraits(null, window), length);
            kept.AddRange(Enumerable.Range(0, count).Select(i => first + length - count + i));
            owners.AddRange(Enumerable.Repeat(handle, count));
            positions.AddRange(Enumerable.Range(0, count));
            first += length;
        }

        return ([.. kept], [.. owners], [.. positions]);
    }
}
