using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Answering.Live;

/// <summary>A model that many ask at once. One thread computes: whatever is asked shares its steps, in slots that are given on as soon as
/// an answer is whole. What one is answered does not depend on what others ask.</summary>
internal sealed class LiveModel : IDisposable
{
    private readonly LiveQueue queue;
    private readonly Thread thread;

    /// <summary>Begins to answer with a model, which is its own from now on.</summary>
    /// <exception cref="UserErrorException">There is no memory for so many and so long texts.</exception>
    public LiveModel(ModelBundle bundle, LiveOptions options)
    {
        (Bundle, Options) = (bundle, options);
        queue = new LiveQueue(options.MaxWaiting);
        thread = new Thread(() => MaskedThread.Run(Work)) { IsBackground = true, Name = "dpost model" };
        thread.Start();
        try
        {
            queue.Ready.GetAwaiter().GetResult();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The model with its tokenizer.</summary>
    public ModelBundle Bundle { get; }

    /// <summary>How much it takes on.</summary>
    public LiveOptions Options { get; }

    /// <summary>Whether it can be asked.</summary>
    public bool IsAlive => thread.IsAlive;

    /// <summary>How many texts wait, and how many are written.</summary>
    public (int Waiting, int Running) Count => queue.Count;

    /// <summary>How many tokens it has written.</summary>
    public long WrittenTokens => queue.WrittenTokens;

    /// <summary>Asks for texts.</summary>
    /// <param name="cancel">Gives up all of them; their slots are given on.</param>
    /// <exception cref="QueueFullException">Too many wait already.</exception>
    /// <exception cref="UserErrorException">A prompt or what is asked for is too long.</exception>
    public IReadOnlyList<LiveAnswer> Ask(IEnumerable<GenerationRequest> requests, CancellationToken cancel)
    {
        LiveAnswer[] answers = [.. requests.Select(request => new LiveAnswer(Checked(request), cancel))];
        queue.Add(answers);
        return answers;
    }

    /// <summary>What a decoder says of each id of a text but the first, given those before it.</summary>
    /// <param name="likeliest">How many of the likeliest ids are told in each place.</param>
    public Task<IReadOnlyList<WrittenToken>> Score(int[] ids, int likeliest, CancellationToken cancel)
    {
        CheckPrompt(ids);
        return queue.Do(() => Scored(ids, likeliest), cancel);
    }

    /// <summary>The log-probability of a completion behind a prompt, of any family.</summary>
    public Task<RowScore> ScoreAsync(int[] prompt, int[] completion, CancellationToken cancel)
    {
        CheckPrompt(prompt);
        var row = new ScoredRow(prompt, completion, [.. completion.Select(_ => true)]);
        return queue.Do(() => Scorer.Run(Bundle.Model, [row], _ => { }, cancel)[0], cancel);
    }

    /// <summary>Answers what is asked already and ends.</summary>
    public void Dispose()
    {
        queue.Close();
        thread.Join();
        Bundle.Dispose();
    }

    private int Work()
    {
        try
        {
            CpuThreads.Use(CpuThreads.Count);                       // OpenMP keeps the number for each thread that asks
            var usual = new GenerationOptions(Options.MaxNewTokens, Options.Slots, null);
            new Generation.Generator(Bundle.Model, Bundle.Tokenizer, usual) { Ends = Bundle.Ends, RefillAt = 1 }
                .Run(queue, Options.Slots, Options.MaxPromptTokens, queue.Finished, CancellationToken.None, queue.Written);
        }
        catch (Exception e)
        {
            queue.Fail(e);
        }

        return 0;
    }

    private IReadOnlyList<WrittenToken> Scored(int[] ids, int likeliest)
    {
        if (ids.Length < 2)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        int[] scored = ids[1..];
        var states = Bundle.Model.CompletionStates(TokenBatch.Of([(ids[..1], scored, 0L)]), null);     // [M, D]
        var (decoder, tokens, rows) = (Bundle.Tokenizer.NewDecoder(), new List<WrittenToken>(), Bundle.Model.ChunkRows());
        decoder.Append(ids[0]);
        foreach (var part in scored.Chunk(rows))
        {
            using var inner = NewDisposeScope();
            var logits = Bundle.Model.Logits(states.narrow(0, tokens.Count, part.Length)).to(ScalarType.Float32);   // [m, V]
            var logProbs = CompletionScores.Numbers(TargetLogProb.Apply(logits, Array.ConvertAll(part, id => (long)id)));
            var tops = LikeliestIds.Of(logits, part, logProbs, [.. part.Select(_ => likeliest)]);
            tokens.AddRange(part.Select((id, i) => new WrittenToken(id, decoder.Append(id), logProbs[i], tops[i])));
        }

        return tokens;
    }

    private GenerationRequest Checked(GenerationRequest request)
    {
        CheckPrompt(request.Prompt);
        var most = request.Own?.MaxNewTokens ?? Options.MaxNewTokens;
        return most <= Options.MaxNewTokens ? request
            : throw new UserErrorException($"{most} tokens are asked for, and answers here have at most {Options.MaxNewTokens}.");
    }

    private void CheckPrompt(int[] ids)
    {
        if (ids.Length == 0 || ids.Length > Options.MaxPromptTokens)
        {
            throw new UserErrorException(
                ids.Length == 0 ? RowEncoder.NoPrompt
                    : $"the prompt has {ids.Length} tokens, and prompts here have at most {Options.MaxPromptTokens}.");
        }
    }
}
