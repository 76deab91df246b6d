using DpoSt.Models;
using DpoSt.Models.Adapters;
using DpoSt.Models.Costs;
using DpoSt.Models.Decoder;
using DpoSt.Models.T5;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using DpoSt.Tests.Models;
using DpoSt.Tests.Tensors;
using DpoSt.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tests.Training;

/// <summary>
/// What a plan says of memory and work, against the buffers, what forward passes really leave allocated, and sums of 2 m n k.
/// </summary>
[Collection(nameof(Alone))]
public sealed class TrainingMemoryTests
{
    // Widths that every kernel of ours takes, as those of real models do.
    private static readonly T5Config T5 =
        TinyModels.T5 with { DModel = 48, DKv = 16, DFf = 112, NumHeads = 4, NumLayers = 2, NumDecoderLayers = 3 };

    private static readonly DecoderTraits Llama =
        TinyModels.Llama with
        {
            HiddenSize = 48,
            IntermediateSize = 112,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 16,
            Layers = TinyModels.Layers(3, 16),
        };

    private static readonly Dictionary<string, (
        IModelCosts Costs, Func<TrainingCompute, ILanguageModel> New)> Models = new(StringComparer.Ordinal)
        {
            ["t5"] = Of(T5),
            ["t5-relu-tied"] = Of(T5 with { FeedForwardProj = "relu", TieWordEmbeddings = true }),
            ["llama"] = Of(Llama),
            ["llama-tied"] = Of(Llama with { IsTied = true, KeyValueHeads = 4 }),
            ["gemma2"] = Of(Wide(TinyModels.Gemma) with { NormsHeads = false, ScoreCap = 4 }),
            ["gemma3"] = Of(Wide(TinyModels.Gemma)),
            ["phi3"] = Of(Wide(TinyModels.Phi)),
            ["qwen2"] = Of(Llama with { InputBias = true }),
        };

    public static TheoryData<string> Kinds => [.. Models.Keys];

    public static TheoryData<string, bool, bool> Ways =>
        new(from kind in Models.Keys from bf16 in new[] { false, true } from again in new[] { false, true } select (kind, bf16, again));

    [Theory, MemberData(nameof(Kinds))]
    public void Weights_gradients_and_moments_are_the_buffers_to_the_byte(string kind)
    {
        var (costs, create) = Models[kind];
        using var model = create(new TrainingCompute());
        using var optimizer = new AdamW(model.Parameters, new AdamWOptions());
        var memory = TrainingMemory.Of(costs, BatchShape.Uniform(1, 3, 3), new TrainingCompute(), dropout: false);
        var buffers = model.Parameters.Buffers;
        Assert.Equal((Bytes(buffers.Select(b => b.Values)), Bytes(buffers.Select(b => b.Gradients!))), (memory.Weights, memory.Gradients));
        Assert.Equal(Bytes(optimizer.State.Where(s => s.Name.StartsWith("exp_avg", StringComparison.Ordinal)).Select(s => s.Values)),
            memory.Optimizer);

        static long Bytes(IEnumerable<Tensor> tensors) => tensors.Sum(t => t.numel() * t.dtype.ElementSize());
    }

    [Theory, MemberData(nameof(Ways))]
    public void Activations_are_what_a_forward_pass_leaves_allocated(string kind, bool bf16, bool recomputes)
    {
        NativeMemory.SkipUnlessTold();
        var (costs, create) = Models[kind];
        var compute = new TrainingCompute(bf16, recomputes);
        using var scope = NewDisposeScope();
        using var model = create(compute);
        model.Parameters.EnableGradients();
        foreach (var (name, batch) in Batches())
        {
            foreach (var dropout in (double[])[0, 0.1])
            {
                var measured = Held(model, batch, dropout);
                var planned = TrainingMemory.Of(costs, BatchShape.Of(batch), compute, dropout > 0).Activations;
                Assert.True(Math.Abs(planned - measured) < 0.1 * measured,
                    $"{kind}, {name}, dropout {dropout}: {planned} planned, {measured} measured");
            }
        }
    }

    public static TheoryData<string, string?, bool> Adapters =>
        new(from kind in new[] { "t5", "t5-relu-tied", "llama", "gemma3", "phi3" }
            from way in new (string? Modules, bool Bf16)[] { (null, true), ("down_proj,wo", false), (LoraOptions.AllLinear, true) }
            select (kind, way.Modules, way.Bf16));

    // One row and twelve; all of a model's weights in the type of products, as a training in bfloat16 has them.
    [Theory, MemberData(nameof(Adapters))]
    public void Activations_under_an_adapter_are_those_that_it_needs(string kind, string? modules, bool bf16)
    {
        NativeMemory.SkipUnlessTold();
        var model = Models[kind].Costs;
        var names = model.Specs.Where(spec => bf16 && spec is { Shape.Length: 2, Decay: true }).Select(spec => spec.Name).ToHashSet();
        var options = new LoraOptions { R = 4, TargetModules = Named(model, modules) };
        foreach (var again in (bool[])[false, true])
        {
            var costs = new AdaptedCosts(model, options, names);
            var compute = new TrainingCompute(bf16, again, Lora: options);
            using var scope = NewDisposeScope();
            using var adapted = costs.New(CPU, compute);
            adapted.Parameters.EnableGradients();
            foreach (var rows in (int[])[1, 12])
            {
                // The graph itself takes some 100 KB: few tokens would be lost in it.
                var longer = rows == 1 ? 150 : 0;
                var batch = TokenBatch.Of([.. Enumerable.Range(0, rows).Select(b =>
                    (Ids(50 + longer + 5 * b), Ids(70 + longer - 4 * b), (long)b))]);
                var measured = Held(adapted, batch, 0);
                var planned = TrainingMemory.Of(costs, BatchShape.Of(batch), compute, dropout: false).Activations;
                Assert.True(Math.Abs(planned - measured) < 0.1 * measured,
                    $"{kind}, {modules ?? "usual"}, {rows} rows, again {again}: {planned} planned, {measured} measured");
            }
        }
    }

    private static string[]? Named(IModelCosts model, string? modules) => modules is null or LoraOptions.AllLinear
        ? modules is null ? null : [modules]
        : [.. modules.Split(',').Where(name => model.Specs.Any(spec => spec.Slices.Any(
            slice => slice.Name.Contains($".{name}.", StringComparison.Ordinal))))];

    private static long Held(ILanguageModel model, TokenBatch batch, double dropout)
    {
        States().Dispose();
        // The runtime allocates too, at moments of its own: two rounds that agree, or the middle one of five.
        const int most = 5, runtime = 256;
        List<long> rounds = [Once()];
        while (rounds.Count < most && !rounds[..^1].Exists(earlier => Math.Abs(earlier - rounds[^1]) < runtime))
        {
            rounds.Add(Once());
        }

        return (rounds.Count < most ? rounds[^1] : rounds.Order().ElementAt(most / 2)) + Arrays(model, batch);

        long Once()
        {
            var before = NativeMemory.Allocated();
            var states = States();
            var left = NativeMemory.Allocated() - before;
            BackwardGuard.Backward(states, ones_like(states));
            return left;
        }

        Tensor States() => model.CompletionStates(batch, dropout > 0 ? new Dropout(dropout, 3, 1) : null);
    }

    // Tensors over .NET's arrays, of which the C library does not know: T5's ids and buckets, Llama's ids and masks.
    private static long Arrays(ILanguageModel model, TokenBatch batch)
    {
        // A frozen embedding needs no ids for a gradient.
        var isFrozen = model.Weights is AdaptedWeights;
        if (model is T5Model)
        {
            if (isFrozen)
            {
                return 0;
            }

            var (s, t) = (batch.Prompts.Max(p => p.Length), batch.Completions.Max(c => c.Length));
            return 8 * (s * s + t * t + batch.Prompts.Count * s + batch.Completions.Count * t);
        }

        var groups = batch.Prompts.Select(
            (p, i) => p.Length + batch.Completions.Where((_, c) => batch.PromptOf[c] == i).Sum(c => c.Length - 1)).ToArray();
        var masks = ((DecoderModel)model).Traits.Windows.Count;
        return groups.Sum(l => 4 * l * l * masks + (isFrozen ? 0 : 8 * l));
    }

    // Rows of several lengths, and pairs of completions over shared prompts.
    private static IEnumerable<(string Name, TokenBatch Batch)> Batches()
    {
        yield return ("rows", TokenBatch.Of([.. Enumerable.Range(0, 5).Select(b => (Ids(40 + 9 * b), Ids(70 - 6 * b), (long)b))]));
        yield return ("pairs", new TokenBatch([Ids(110), Ids(90)], [Ids(50), Ids(30), Ids(20), Ids(45)], [0, 1, 0, 1], [0, 1, 2, 3]));
    }

    private static int[] Ids(int length) => [.. Enumerable.Range(0, length).Select(t => 2 + t % (TinyModels.Vocabulary - 2))];

    private static (IModelCosts Costs, Func<TrainingCompute, ILanguageModel> New) Of(T5Config config) =>
        (new T5Costs(config), compute => TinyModels.New(config, 1, compute: compute));

    // The same layers with heads of 16.
    private static DecoderTraits Wide(DecoderTraits traits) => traits with
    {
        HiddenSize = Llama.HiddenSize,
        IntermediateSize = Llama.IntermediateSize,
        HeadSize = Llama.HeadSize,
        Layers = [.. traits.Layers.Zip(Llama.Layers).Select(pair => pair.Second with { Window = pair.First.Window })],
    };

    private static (IModelCosts Costs, Func<TrainingCompute, ILanguageModel> New) Of(DecoderTraits config) =>
        (new DecoderCosts(config), compute => TinyModels.New(config, 1, compute: compute));
}
