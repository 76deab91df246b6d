using DpoSt.Models;
using DpoSt.Tensors.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

/// <summary>Every family against the numbers of transformers 4.40.1 (the fixtures' READMEs say how they came about).</summary>
public sealed class GoldenModelTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Fixtures => ["t5-v10-relu-tied", "t5-v11-gated-gelu", "llama-mha", "llama-gqa"];

    [Theory, MemberData(nameof(Fixtures))]
    public void Loss_and_every_gradient_equal_the_originals(string name)
    {
        using var fixture = new ModelFixture(name);
        using var scope = NewDisposeScope();
        fixture.Model.Parameters.EnableGradients();
        var loss = fixture.Model.TokenLogProbs(fixture.Batch(), null).mean().neg();
        Assert.Equal(fixture.Json("loss.json").GetProperty("loss").GetDouble(), loss.ToDouble(), Tolerance);
        BackwardGuard.Backward(loss);

        var compared = 0;
        foreach (var key in fixture.Golden.Entries.Keys.Where(k => k.StartsWith("grad", StringComparison.Ordinal)))
        {
            var golden = fixture.Golden.View(key);
            var ours = fixture.Gradient(key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..]);
            if (key.StartsWith("grad_first256.", StringComparison.Ordinal))
            {
                ours = ours.reshape(-1).narrow(0, 0, golden.numel());
            }

            var gap = ours.sub(golden).abs().max().ToSingle() / Math.Max(golden.abs().max().ToSingle(), 1e-12f);
            Assert.True(gap < Tolerance, $"{key} differs by {gap} of its largest magnitude");
            compared++;
        }

        Assert.Equal(fixture.Model.Parameters.Specs.Sum(s => s.Slices.Count), compared);
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Greedy_ids_equal_the_originals(string name)
    {
        using var fixture = new ModelFixture(name);
        var golden = fixture.Json("generate.json");
        var (prompts, skipped) = Prompts(fixture, golden);
        foreach (var (key, eos) in (IEnumerable<(string, int?)>)[("greedy_24_min24", null),
            ("greedy_24_stop_eos", golden.GetProperty("stop_eos_id").GetInt32())])
        {
            // Behind a row's EOS the original pads with zeros.
            var expected = ModelFixture.Rows(golden, key).Select(row => row.Skip(skipped));
            var actual = Greedy(fixture.Model, prompts, 24, eos, fixture.Model.ModelType == "t5" ? 1 : 2)
                .Select(row => row.Concat(Enumerable.Repeat(0, 24)));
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second.Take(pair.First.Count())));
        }
    }

    private static (IReadOnlyList<int[]> Prompts, int Skipped) Prompts(ModelFixture fixture, System.Text.Json.JsonElement golden)
    {
        if (fixture.Model.ModelType == "t5")
        {
            return (fixture.Batch().Prompts, 1);                        // the start token
        }

        var mask = ModelFixture.Rows(golden, "prompt_attention_mask");
        var padded = ModelFixture.Rows(golden, "prompt_input_ids");
        return ([.. padded.Select((row, b) => row.Where((_, s) => mask[b][s] == 1).ToArray())], padded[0].Length);
    }

    /// <summary>
    /// The likeliest ids up to <paramref name="eos"/>; without one the model's own <paramref name="end"/> is never chosen.
    /// </summary>
    private static List<int>[] Greedy(ILanguageModel model, IReadOnlyList<int[]> prompts, int count, int? eos, int end)
    {
        using var decoder = model.NewDecoder(prompts.Count, 64, count);
        var handles = decoder.AddPrompts(prompts);
        var rows = prompts.Select(_ => new List<int>()).ToArray();
        for (var slot = 0; slot < rows.Length; slot++)
        {
            decoder.Start(slot, handles[slot]);
        }

        for (var t = 0; t < count; t++)
        {
            using var scope = NewDisposeScope();
            var slots = Enumerable.Range(0, rows.Length).Where(b => eos is null || !rows[b].Contains(eos.Value)).ToArray();
            if (slots.Length == 0)
            {
                break;
            }

            var ids = slots.Select(b => t == 0 ? decoder.FirstToken(prompts[b]) : rows[b][^1]).ToArray();
            var logits = decoder.Step(slots, [.. slots.Select(_ => 1)], ids);
            if (eos is null)
            {
                logits[TensorIndex.Colon, end] = float.NegativeInfinity;
            }

            foreach (var (slot, id) in slots.Zip(logits.argmax(-1).data<long>()))
            {
                rows[slot].Add((int)id);
            }
        }

        return rows;
    }
}
