using LLama;
using LLama.Common;
using LLama.Native;

namespace DpoSt.Tests.Models.Gguf;

/// <summary>A GGUF file in llama.cpp, asked for ids, greedy answers and log-probabilities.</summary>
internal sealed class LlamaCpp : IDisposable
{
    private readonly LLamaWeights weights;
    private readonly ModelParams parameters;

    static LlamaCpp() => NativeLibraryConfig.All.WithLogCallback((_, _) => { });

    public LlamaCpp(string file)
    {
        parameters = new ModelParams(file)
        {
            ContextSize = 512,
            GpuLayerCount = 0,
            Threads = 2,
            BatchSize = 512,
            TypeK = GGMLType.GGML_TYPE_F32,
            TypeV = GGMLType.GGML_TYPE_F32,
            FlashAttention = false,
        };
        weights = LLamaWeights.LoadFromFile(parameters);
    }

    /// <summary>The ids of a text whose special tokens are written in it.</summary>
    public int[] Ids(string text, bool addSpecial = false) =>
        [.. weights.Tokenize(text, addSpecial, special: true, System.Text.Encoding.UTF8).Select(token => (int)token)];

    /// <summary>The likeliest ids behind a prompt, and by how much each beats the next, in nats.</summary>
    public List<(int Id, float Gap)> Greedy(IReadOnlyList<int> prompt, int count, IReadOnlySet<int> ends)
    {
        using var context = weights.CreateContext(parameters);
        List<(int, float)> answer = [];
        var (batch, next) = (new LLamaBatch(), prompt.ToList());
        for (var at = 0; answer.Count < count;)
        {
            batch.Clear();
            foreach (var (i, id) in next.Index())
            {
                batch.Add(id, at++, LLamaSeqId.Zero, i == next.Count - 1);
            }

            Assert.Equal(DecodeResult.Ok, context.Decode(batch));
            var logits = context.NativeHandle.GetLogitsIth(next.Count - 1);
            var best = Largest(logits, -1);
            answer.Add((best, logits[best] - logits[Largest(logits, best)]));
            next = [best];
            if (ends.Contains(best))
            {
                break;
            }
        }

        return answer;
    }

    /// <summary>The log-probability of each id of a completion, in nats.</summary>
    public double[] LogProbs(IReadOnlyList<int> prompt, IReadOnlyList<int> completion)
    {
        using var context = weights.CreateContext(parameters);
        var batch = new LLamaBatch();
        foreach (var (i, id) in prompt.Concat(completion).Index())
        {
            batch.Add(id, i, LLamaSeqId.Zero, i >= prompt.Count - 1);
        }

        Assert.Equal(DecodeResult.Ok, context.Decode(batch));
        return [.. completion.Select((id, i) =>
        {
            var logits = context.NativeHandle.GetLogitsIth(prompt.Count - 1 + i);
            double largest = logits[Largest(logits, -1)], sum = 0;
            foreach (var logit in logits)
            {
                sum += Math.Exp(logit - largest);
            }

            return logits[id] - largest - Math.Log(sum);
        })];
    }

    public void Dispose() => weights.Dispose();

    private static int Largest(ReadOnlySpan<float> logits, int but)
    {
        var best = but == 0 ? 1 : 0;
        for (var i = 0; i < logits.Length; i++)
        {
            best = i != but && logits[i] > logits[best] ? i : best;
        }

        return best;
    }
}
