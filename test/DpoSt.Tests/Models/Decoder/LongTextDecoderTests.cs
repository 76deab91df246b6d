using DpoSt.Models;
using DpoSt.Models.Decoder;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Decoder;

/// <summary>Texts that pass the length from which on all their positions turn by other frequencies.</summary>
public sealed class LongTextDecoderTests
{
    private const int Limit = 14;

    private static readonly DecoderTraits Traits = TinyModels.Llama with
    {
        Layers = [.. Enumerable.Repeat(new LayerTraits(
            new Rope(RopeScaling.Plain(6, 10_000), 1.2, RopeScaling.Each(6, 10_000, [1.5, 2, 3]), Limit), Window: 9), 3)],
    };

    [Fact]
    public void A_row_s_logits_are_those_of_its_text_so_far_alone()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(Traits, 3);
        using var decoder = model.NewDecoder(3, 20, 12);
        Assert.IsType<LongTextDecoder>(decoder);
        int[][] prompts = [Ids(5), Ids(18), Ids(12)];
        var handles = decoder.AddPrompts(prompts);
        int[] owner = [2, 1, 0];
        var rows = owner.Select(p => prompts[p].ToList()).ToArray();
        for (var slot = 0; slot < 3; slot++)
        {
            decoder.Start(slot, handles[owner[slot]]);
        }

        var random = new SplitMix64(1);
        for (var step = 0; step < 6; step++)
        {
            // At the first step the prompt's last token is fed; slot 0 gets a run of two at every second one.
            int[] counts = [step % 2 == 1 ? 2 : 1, 1, 1];
            var fed = new List<int>();
            for (var slot = 0; slot < 3; slot++)
            {
                int[] fresh = step == 0 ? [rows[slot][^1]] : [.. Enumerable.Range(0, counts[slot]).Select(_ => 2 + random.Next(50))];
                rows[slot].AddRange(step == 0 ? [] : fresh);
                fed.AddRange(fresh);
            }

            var logits = decoder.Step([0, 1, 2], counts, [.. fed]);
            for (var slot = 0; slot < 3; slot++)
            {
                KernelCheck.Close(Alone(model, rows[slot]), logits[slot], 2e-5, $"step {step}, slot {slot}, {rows[slot].Count} tokens");
            }
        }

        Assert.Contains(rows, row => row.Count > Limit && row.Count - 9 < Limit);
        decoder.Start(0, handles[0]);
        KernelCheck.Close(Alone(model, [.. prompts[0]]), decoder.Step([0], [1], [prompts[0][^1]])[0], 2e-5, "a slot that begins again");
        decoder.RemovePrompt(handles[0]);
        Assert.Equal([handles[0]], decoder.AddPrompts([Ids(7)]));
    }

    [Fact]
    public void Completions_on_both_sides_of_the_limit_score_as_if_each_had_its_own_prompt()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(Traits, 4);
        var shared = new TokenBatch([Ids(8)], [Ids(3), Ids(10)], [0, 0], [0, 1]);
        var apart = TokenBatch.Of([(Ids(8), Ids(3), 0), (Ids(8), Ids(10), 1)]);
        KernelCheck.Close(model.TokenLogProbs(apart, null), model.TokenLogProbs(shared, null), 1e-6, "log-probabilities");
    }

    [Fact]
    public void Texts_that_stay_within_the_limit_need_one_decoder()
    {
        using var model = TinyModels.New(Traits, 5);
        using var decoder = model.NewDecoder(1, 8, 6);
        Assert.IsType<CachedDecoder>(decoder);
    }

    // Logits behind a text's last token, by a pass over it alone.
    private static Tensor Alone(DecoderModel model, List<int> ids) =>
        model.Logits(model.States(PackedRows.Of(new TokenBatch([[.. ids]], [], [], []), null, CPU, Traits.Windows), null))[-1];

    private static int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => 2 + (7 * i + count) % 50)];
}
