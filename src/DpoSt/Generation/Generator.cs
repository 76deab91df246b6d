using DpoSt.Models;
using DpoSt.Tensors.Kernels;
using DpoSt.Text.Tokenizers;
using static TorchSharp.torch;

namespace DpoSt.Generation;

/// <summary>Generates many texts: rows live in slots, a finished row's slot goes to the next request at once, forced text joins the other
/// rows' single tokens in one forward pass, and requests with the same prompt share its encoding.</summary>
internal sealed class Generator(ILanguageModel model, ITokenizer tokenizer, GenerationOptions options)
{
    /// <summary>Draws the ids.</summary>
    public ITokenChooser Chooser { get; init; } = new Sampler();

    /// <summary>The ids that end a text; the tokenizer's alone where not given.</summary>
    public IReadOnlySet<int> Ends { get; init; } = new HashSet<int> { tokenizer.EosId };

    /// <summary>How many slots are free before they are filled again; an eighth of them where not given.</summary>
    public int? RefillAt { get; init; }

    /// <summary>Generates every request, in an order of its own; results come as they finish.</summary>
    /// <param name="requests">What to generate; requests of one problem side by side share their prompt.</param>
    /// <param name="finished">Called once a request, with its result.</param>
    /// <param name="cancel">Ends the run between two steps; what is finished has been handed out.</param>
    /// <param name="done">Requests, by their place, that are left out; there are as many slots as with them.</param>
    public void Run(
        IReadOnlyList<GenerationRequest> requests, Action<Generated> finished, CancellationToken cancel,
        Action<WrittenText>? written = null, IReadOnlySet<int>? done = null)
    {
        int[] waiting = [.. Enumerable.Range(0, requests.Count).Where(i => done?.Contains(i) is not true)];
        if (waiting.Length == 0)
        {
            return;
        }

        var slots = Math.Min(options.Slots, requests.Count);
        Run(new RequestList(requests, waiting), slots, requests.Max(r => r.Prompt.Length), finished, cancel, written);
    }

    /// <summary>Generates what a queue gives, until it says that no more will come.</summary>
    /// <param name="maxPromptTokens">No prompt is longer.</param>
    public void Run(
        IRequestQueue queue, int slots, int maxPromptTokens, Action<Generated> finished, CancellationToken cancel,
        Action<WrittenText>? written = null)
    {
        using var decoder = model.NewDecoder(slots, maxPromptTokens, options.MaxNewTokens);
        var admission = new Admission(queue, decoder, slots, RefillAt ?? slots / 8);
        var rows = new Row?[slots];
        var plan = new StepPlan(decoder.StepCapacity);
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            queue.BeforeStep();
            for (var slot = 0; slot < slots; slot++)
            {
                if (rows[slot] is { } row && queue.IsGone(row.Index))
                {
                    Free(slot);
                }
            }

            admission.Fill(
                rows, (index, request) => new Row(index, request, tokenizer, options, Ends, decoder.FirstToken(request.Prompt), written));
            if (!plan.Lay(rows))
            {
                return;
            }

            using var scope = NewDisposeScope();
            var logits = decoder.Step(plan.Slots, plan.Counts, plan.Ids);                        // [entries, V]
            var ready = plan.ReadyEntries(rows);
            if (ready.Length == 0)
            {
                continue;
            }

            var drawn = ready.Length == plan.Slots.Length
                ? logits : logits.index_select(0, tensor(ready.Select(e => (long)e).ToArray(), device: logits.device));
            var readyRows = ready.Select(e => rows[plan.Slots[e]]!).ToArray();
            // Embeddings are often padded to a round number: ids beyond the vocabulary mean nothing and are never drawn.
            var known = drawn.narrow(1, 0, Math.Min(drawn.size(1), tokenizer.VocabularySize));
            var ids = Chooser.Next(known, readyRows);
            var logProbs = CompletionScores.Numbers(TargetLogProb.Apply(drawn, [.. ids.Select(id => (long)id)]));
            var likeliest = LikeliestIds.Of(known, ids, logProbs, [.. readyRows.Select(row => row.Request.Likeliest)]);
            for (var i = 0; i < ready.Length; i++)
            {
                readyRows[i].Accept(ids[i], logProbs[i], likeliest[i]);
                if (readyRows[i].Done)
                {
                    finished(readyRows[i].Result());
                    Free(plan.Slots[ready[i]]);
                }
            }
        }

        void Free(int slot)
        {
            rows[slot] = null;
            admission.Release(slot);
        }
    }
}
