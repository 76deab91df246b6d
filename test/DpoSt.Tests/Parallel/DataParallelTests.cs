using DpoSt.Models;
using DpoSt.Parallel;
using DpoSt.Tensors.Kernels;
using DpoSt.Tests.Models;
using DpoSt.Tests.Tensors;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>When gradients are summed, seen from one rank.</summary>
public sealed class DataParallelTests
{
    public static TheoryData<string, bool> Ways =>
        new(from kind in TinyModels.Kinds.Select(row => row.Data) from again in new[] { false, true } select (kind, again));

    [Theory, MemberData(nameof(Ways))]
    public void A_bucket_is_summed_while_backward_still_runs_and_nothing_is_added_to_it_afterwards(string kind, bool recomputes)
    {
        using var model = TinyModels.New(kind, 1, compute: new TrainingCompute(RecomputesBlocks: recomputes));
        using var group = new RecordingGroup(0, 2);
        var replicas = Replicas.Of(group, model.Parameters);
        model.Parameters.EnableGradients();
        Backward(model, new Dropout(0.1, 1, 0));                                   // of an accumulation step: nothing is summed yet
        Assert.Empty(group.Begun);

        replicas.BeginReduction();
        Backward(model, new Dropout(0.1, 1, 1));
        var early = group.Begun.Count;
        var layers = model.Parameters.Buffers.Count(b => b.Decay && b.Block.Contains('.', StringComparison.Ordinal));
        Assert.InRange(early, layers, model.Parameters.Buffers.Count - 1);         // every block's matrices; never the embedding
        replicas.EndReduction();
        Assert.Equal(model.Parameters.Buffers.Count, group.Begun.Count);
        // Round a ring of two, each sends half of what is summed, and half of the sums.
        Assert.Equal(group.Begun.Sum(t => t.numel() * t.element_size()), RankTraffic.Whole(TinyModels.CostsOf(kind), 2));

        // What was handed over is what the whole pass leaves.
        var left = model.Parameters.Buffers.ToList();
        foreach (var sent in group.Begun)
        {
            var buffer = left.Find(b => b.Gradients!.numel() == sent.numel() && b.Gradients.eq(sent).all().item<bool>());
            Assert.True(buffer is not null, "a bucket was summed before it was complete");
            left.Remove(buffer);
        }
    }

    [Fact]
    public void A_rank_without_rows_sums_the_same_buckets_in_the_same_order()
    {
        using var model = TinyModels.New("t5", 1);
        using var busy = new RecordingGroup(0, 2);
        using var idle = new RecordingGroup(1, 2);
        model.Parameters.EnableGradients();
        var replicas = Replicas.Of(busy, model.Parameters);
        replicas.BeginReduction();
        Backward(model, null);
        replicas.EndReduction();
        replicas = Replicas.Of(idle, model.Parameters);
        replicas.BeginReduction();
        replicas.EndReduction();
        Assert.Equal(busy.Begun.Select(t => t.numel()), idle.Begun.Select(t => t.numel()));
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void Marks_in_the_stream_change_no_bit(string kind)
    {
        using var plain = TinyModels.New(kind, 1);
        using var marked = TinyModels.New(kind, 1);
        using var group = new RecordingGroup(0, 2);
        plain.Parameters.EnableGradients();
        marked.Parameters.EnableGradients();
        var replicas = Replicas.Of(group, marked.Parameters);
        replicas.BeginReduction();
        Backward(plain, new Dropout(0.1, 1, 0));
        Backward(marked, new Dropout(0.1, 1, 0));
        replicas.EndReduction();
        Assert.All(plain.Parameters.Buffers.Zip(marked.Parameters.Buffers), pair =>
            KernelCheck.Same(pair.First.Gradients!, pair.Second.Gradients!));
    }

    [Theory]
    [InlineData(7, 2)]
    [InlineData(3, 4)]
    [InlineData(8, 4)]
    public void Shares_of_a_batch_are_disjoint_and_cover_it(int rows, int count)
    {
        using var model = TinyModels.New("llama", 1);
        var batch = TinyModels.Batch(1, rows);
        var sft = new SftObjective(model);
        var shares = Enumerable.Range(0, count).Select(rank => sft.Share(batch, rank, count)).OfType<TokenBatch>().ToArray();
        Assert.Equal(Math.Min(rows, count), shares.Length);
        Assert.Equal(batch.Examples.Order(), shares.SelectMany(s => s.Examples).Order());
        Assert.Equal(sft.Weight(batch), shares.Sum(sft.Weight));

        // Pairs keep their two completions, their prompt and their scores.
        var tokens = new TokenBatch(
            batch.Prompts, [.. batch.Completions, .. TinyModels.Batch(2, rows).Completions],
            [.. Enumerable.Range(0, 2 * rows).Select(i => i % rows)], [.. Enumerable.Range(0, 2 * rows).Select(i => (long)i)]);
        var pairs = new PreferenceBatch(tokens, [.. Enumerable.Range(0, 2 * rows).Select(i => -(float)i)]);
        var dpo = new DpoObjective(model, new PreferenceLoss());
        var parts = Enumerable.Range(0, count).Select(rank => dpo.Share(pairs, rank, count)).OfType<PreferenceBatch>().ToArray();
        Assert.Equal(rows, parts.Sum(p => p.Pairs));
        Assert.All(parts, part =>
        {
            for (var i = 0; i < 2 * part.Pairs; i++)
            {
                var original = (int)part.Tokens.Examples[i];
                Assert.Equal(-(float)original, part.ReferenceLogProbs[i]);
                Assert.Same(tokens.Completions[original], part.Tokens.Completions[i]);
                Assert.Same(tokens.Prompts[original % rows], part.Tokens.Prompts[part.Tokens.PromptOf[i]]);
            }

            Assert.All(
                Enumerable.Range(0, part.Pairs), i => Assert.Equal(part.Tokens.Examples[i] + rows, part.Tokens.Examples[part.Pairs + i]));
        });
    }

    private static void Backward(ILanguageModel model, Dropout? dropout)
    {
        using var scope = NewDisposeScope();
        new SftObjective(model).Evaluate(TinyModels.Batch(3, 4), dropout, gradientScale: 1);
    }
}
