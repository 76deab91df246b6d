using DpoSt.Models;
using DpoSt.Models.Decoding;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

/// <summary>Decoding step by step over caches against the whole row at once.</summary>
public sealed class StepDecoderTests
{
    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void Cached_steps_score_what_the_whole_row_scores(string kind)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(kind, 1);
        var batch = TinyModels.Batch(2, 5);
        var full = model.TokenLogProbs(batch, null).split([.. batch.Completions.Select(c => (long)c.Length)], 0);
        using var decoder = model.NewDecoder(5, 16, 16);
        StartAll(decoder, batch);
        var fed = new int[5];
        var random = new SplitMix64(3);
        while (Enumerable.Range(0, 5).Any(b => fed[b] < batch.Completions[b].Length))
        {
            // Some rows take no part in a step, one or another a run of forced tokens.
            var rows = Enumerable.Range(0, 5).Where(b => fed[b] < batch.Completions[b].Length && random.Next(3) > 0).ToArray();
            var run = rows.Length == 0 ? -1 : rows[random.Next(rows.Length)];
            var counts = rows.Select(b => b == run ? Math.Min(2, batch.Completions[b].Length - fed[b]) : 1).ToArray();
            if (rows.Length == 0)
            {
                continue;
            }

            var ids = rows.SelectMany(
                (b, i) => ((int[])[decoder.FirstToken(batch.Prompts[b]), .. batch.Completions[b]])[fed[b]..(fed[b] + counts[i])]).ToArray();
            var logits = decoder.Step(rows, counts, ids);
            for (var i = 0; i < rows.Length; i++)
            {
                fed[rows[i]] += counts[i];
                var (row, t) = (rows[i], fed[rows[i]] - 1);
                KernelCheck.Close(full[row][t], logits[i].log_softmax(-1)[batch.Completions[row][t]], 2e-5, $"row {row} at {t}");
            }
        }
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void A_row_alone_has_the_bits_it_has_among_others(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(kind, 4);
        var batch = TinyModels.Batch(5, 4);
        var prompts = batch.Prompts.Select(_ => batch.Prompts[0]).ToArray();
        using var crowd = model.NewDecoder(4, 16, 16);
        using var single = model.NewDecoder(4, 16, 16);
        StartAll(crowd, batch with { Prompts = prompts });
        single.Start(2, single.AddPrompts(prompts)[0]);
        foreach (var token in (int[])[0, 17, 23, 5])
        {
            var among = crowd.Step([3, 0, 1, 2], [1, 1, 1, 1], [9, token, 30, 31]);
            KernelCheck.Same(single.Step([2], [1], [token])[0], among[1]);
        }
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void Rows_share_a_prompt_and_a_slot_starts_anew(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(kind, 6);
        using var decoder = model.NewDecoder(2, 16, 16);
        var prompt = decoder.AddPrompts([[7, 8, 9, 1]])[0];
        decoder.Start(0, prompt);
        decoder.Start(1, prompt);
        var both = decoder.Step([0, 1], [2, 2], [0, 12, 0, 12]);
        KernelCheck.Same(both[0], both[1]);
        decoder.Start(1, prompt);
        KernelCheck.Same(both[0], decoder.Step([1], [2], [0, 12])[0]);
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void A_prompt_s_place_is_free_once_removed(string kind)
    {
        using var model = TinyModels.New(kind, 7);
        using var decoder = model.NewDecoder(1, 16, 4);
        for (var i = 0; i < 5; i++)
        {
            decoder.RemovePrompt(decoder.AddPrompts([[5, 6, 1]])[0]);
        }

        Assert.Throws<ArgumentException>(() => decoder.AddPrompts([new int[17]]));
    }

    private static void StartAll(IStepDecoder decoder, TokenBatch batch)
    {
        var handles = decoder.AddPrompts(batch.Prompts);
        for (var b = 0; b < batch.Completions.Count; b++)
        {
            decoder.Start(b, handles[batch.PromptOf[b]]);
        }
    }
}
