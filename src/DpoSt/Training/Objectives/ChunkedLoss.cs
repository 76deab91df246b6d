using DpoSt.Models;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Training.Objectives;

/// <summary>The loss of a batch and its gradients, some examples at a time behind the model's last states: a chunk's logits are computed,
/// their gradient follows at once, and the next chunk takes their place. So the logits [M, V] never exist together, and the head computes
/// three products a chunk, where keeping nothing and computing it again would take four. Shapes: M scored tokens, D model, V
/// vocabulary.</summary>
internal static class ChunkedLoss
{
    /// <summary>Computes the loss, and adds its gradients to the parameters' where a scale is given.</summary>
    /// <param name="examples">The completions that each example's loss needs together.</param>
    /// <param name="gradientScale">What gradients are multiplied by; null computes none.</param>
    /// <param name="loss">The loss of some examples from the log-probabilities of their tokens, completion by completion.</param>
    /// <param name="chunkRows">The most tokens at a time, where an example alone has no more; what 128 MB hold where not given.</param>
    public static Cost Run(
        ILanguageModel model, TokenBatch batch, IReadOnlyList<int[]> examples, Dropout? dropout, double? gradientScale, Func<int[], Tensor,
        PartCost> loss,
        int? chunkRows = null)
    {
        using var scope = NewDisposeScope();
        using var _ = gradientScale is null ? no_grad() : enable_grad();
        var states = model.CompletionStates(batch, dropout);                                            // [M, D]
        var fixedStates = states.detach();
        var gradient = gradientScale is null ? null : empty_like(fixedStates);
        var starts = Starts(batch.Completions);
        var (total, metrics) = (0.0, new Dictionary<string, double>(StringComparer.Ordinal));
        foreach (var chunk in Chunks(batch, examples, chunkRows ?? model.ChunkRows()))
        {
            using var inner = NewDisposeScope();
            var completions = chunk.SelectMany(example => examples[example]).ToArray();
            var rows = tensor(
                completions.SelectMany(c => Enumerable.Range(starts[c], batch.Completions[c].Length)).Select(row => (long)row).ToArray(),
                device: states.device);
            var x = fixedStates.index_select(0, rows).requires_grad_(gradient is not null);             // [m, D]
            var logProbs = TargetLogProb.Apply(
                model.Logits(x), [.. completions.SelectMany(c => batch.Completions[c]).Select(id => (long)id)]);
            var part = loss(chunk, logProbs);
            if (gradient is not null)
            {
                BackwardGuard.Backward(part.Loss.mul(gradientScale!.Value));
                gradient.index_copy_(0, rows, x.grad!);
            }

            total += part.Loss.detach().to(ScalarType.Float64).cpu().item<double>();
            foreach (var (name, sum) in part.Metrics)
            {
                metrics[name] = metrics.GetValueOrDefault(name) + sum;
            }
        }

        if (gradient is not null)
        {
            BackwardGuard.Backward(states, gradient);
        }

        return new Cost(total, [.. metrics]);
    }

    private static int[] Starts(IReadOnlyList<int[]> completions)
    {
        var starts = new int[completions.Count];
        for (var c = 1; c < starts.Length; c++)
        {
            starts[c] = starts[c - 1] + completions[c - 1].Length;
        }

        return starts;
    }

    // Chunks of like size: a small rest would cost a pass over the head's gradient all the same.
    private static IEnumerable<int[]> Chunks(TokenBatch batch, IReadOnlyList<int[]> examples, long most)
    {
        var rows = batch.ScoredTokens;
        var even = Math.Max(1, (long)Math.Ceiling(rows / Math.Max(1.0, Math.Ceiling(rows / (double)Math.Max(1, most)))));
        var (chunk, tokens) = (new List<int>(), 0L);
        for (var e = 0; e < examples.Count; e++)
        {
            var own = examples[e].Sum(c => (long)batch.Completions[c].Length);
            if (chunk.Count > 0 && (tokens + own > most || tokens >= even))
            {
                yield return [.. chunk];
                chunk.Clear();
                tokens = 0;
            }

            chunk.Add(e);
            tokens += own;
        }

        yield return [.. chunk];
    }
}

/// <summary>What some examples of a batch cost.</summary>
/// <param name="Loss">A scalar, differentiable; summed, not averaged.</param>
/// <param name="Metrics">Further sums, by their literal metric names.</param>
internal sealed record PartCost(Tensor Loss, IReadOnlyList<KeyValuePair<string, double>> Metrics);
