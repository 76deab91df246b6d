using System.Text.Json;
using DpoSt.Generation;
using DpoSt.Tensors.Files;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Generation;

/// <summary>What may be drawn, against transformers' logits warpers.</summary>
public sealed class SamplerTests
{
    [Fact]
    public void Top_k_keeps_what_the_library_keeps()
    {
        foreach (var (one, row) in Rows("top_k"))
        {
            var (k, least) = (one.GetProperty("top_k").GetInt32(), one.GetProperty("min_tokens_to_keep").GetInt32());
            var logits = one.GetProperty("logits")[row].Deserialize<float[]>()!;
            var kept = Kept(logits, new GenerationOptions(1, 1, null, Temperature: 1, TopK: k, MinTokensToKeep: least));
            Assert.Equal(
                one.TryGetProperty("kept", out var which)
                    ? which[row].Deserialize<bool[]>()!.Count(b => b)
                    : one.GetProperty("kept_counts")[row].GetInt32(),
                kept.Count(p => p > 0));
            Assert.All(logits.Zip(kept), pair =>
                Assert.Equal(pair.First >= logits.OrderDescending().ElementAt(Math.Max(k, least) - 1), pair.Second > 0));
        }
    }

    [Fact]
    public void Top_p_keeps_what_the_library_keeps()
    {
        foreach (var (one, row) in Rows("top_p"))
        {
            var options = new GenerationOptions(
                1, 1, null, Temperature: 1, TopP: one.GetProperty("top_p").GetDouble(),
                MinTokensToKeep: one.GetProperty("min_tokens_to_keep").GetInt32());
            if (one.TryGetProperty("logits", out var logits))
            {
                Assert.Equal(
                    one.GetProperty("kept_counts")[row].GetInt32(), Kept(logits[row].Deserialize<float[]>()!, options).Count(p => p > 0));
                continue;
            }

            var probabilities = one.GetProperty("log_of_probs")[row].Deserialize<float[]>()!;
            Assert.Equal(
                one.GetProperty("expected_exp_of_filtered")[row].Deserialize<double[]>()!.Select(p => p > 0),
                Kept([.. probabilities.Select(p => MathF.Log(p))], options).Select(p => p > 0));
        }
    }

    [Theory]
    [InlineData("t5-v10-relu-tied")]
    [InlineData("t5-v11-gated-gelu")]
    [InlineData("llama-mha")]
    [InlineData("llama-gqa")]
    public void Probabilities_at_the_papers_setting_are_the_library_s(string fixture)
    {
        using var golden = SafeTensorsFile.Open(SharedFolder.Path("fixtures", fixture, "tensors.safetensors"));
        using var logits = golden.View(fixture.StartsWith("t5", StringComparison.Ordinal) ? "logits" : "logits_right_padded");
        using var expected = golden.View("sample_probs_t0.7_k50");
        for (var b = 0; b < expected.size(0); b++)
        {
            var row = logits[b][3].data<float>().ToArray();
            var kept = Kept(row, new GenerationOptions(1, 1, null, Temperature: 0.7, TopK: 50));
            Assert.All(expected[b].data<float>().ToArray().Zip(kept), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public void A_top_k_of_zero_keeps_all()
    {
        float[] logits = [1, -2, 0.5f, 3, -60];
        var weights = logits.Select(x => Math.Exp(x / 0.7)).ToArray();
        Assert.All(
            weights.Zip(Kept(logits, new GenerationOptions(1, 1, null, Temperature: 0.7, TopK: 0))),
            pair => Assert.Equal(pair.First / weights.Sum(), pair.Second, 1e-12));
    }

    // The draw by its definition: all ids sorted, their probabilities cumulated, one number laid on them.
    [Theory]
    [InlineData(0, 1.0, 0.05)]
    [InlineData(0, 1.0, 4)]
    [InlineData(0, 0.9, 0.05)]
    [InlineData(0, 0.99, 1)]
    [InlineData(300, 0.9, 0.5)]
    public void A_draw_of_all_is_the_same_whether_the_likeliest_hold_it_or_not(int topK, double topP, double spread)
    {
        const int Vocabulary = 3000;
        var random = new Random(5);
        var logits = Enumerable.Range(0, Vocabulary).Select(_ => (float)(random.NextDouble() * spread * 10)).ToArray();
        var options = new GenerationOptions(1, 1, null, Temperature: 0.8, TopK: topK, TopP: topP, Seed: 3);
        Row[] rows = [.. Enumerable.Range(0, 64).Select(sample => new Row(
            sample, new GenerationRequest("problem", sample, [1]), IdTokenizer.New("model", Vocabulary, eos: 1), options,
            new HashSet<int>(), 0, null))];
        using var all = TorchSharp.torch.tensor(logits).repeat(rows.Length, 1);

        var order = Enumerable.Range(0, Vocabulary).OrderByDescending(i => logits[i]).Take(topK == 0 ? Vocabulary : topK).ToArray();
        var weights = order.Select(i => Math.Exp((logits[i] - (double)logits[order[0]]) / 0.8)).ToArray();
        var (total, kept, count) = (weights.Sum(), 0.0, 0);
        while (count < weights.Length && kept < topP * total)
        {
            kept += weights[count++];
        }

        var expected = rows.Select(row =>
        {
            var (left, place) = (CounterRandom.Uniform(3, row.Key, (ulong)row.Request.Sample, 0) * kept, 0);
            while ((left -= weights[place]) >= 0)
            {
                place++;
            }

            return order[place];
        });
        Assert.Equal(expected, new Sampler().Next(all, rows));
    }

    /// <summary>The probability with which each id is drawn.</summary>
    private static double[] Kept(float[] logits, GenerationOptions options)
    {
        var order = Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).ToArray();
        var weights = new double[logits.Length];
        var count = Sampler.Weigh([.. order.Select(i => logits[i])], options, weights);
        var probabilities = new double[logits.Length];
        for (var i = 0; i < count; i++)
        {
            probabilities[order[i]] = weights[i] / weights.Take(count).Sum();
        }

        return probabilities;
    }

    private static IEnumerable<(JsonElement Case, int Row)> Rows(string kind) =>
        JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("peer-cases", "logits-warpers.json"))).RootElement.GetProperty("cases")
            .EnumerateArray()
            .Where(c => c.GetProperty("kind").GetString() == kind)
            .SelectMany(c => Enumerable.Range(0, (
                c.TryGetProperty("logits", out var rows) ? rows : c.GetProperty("log_of_probs")).GetArrayLength()).Select(row => (c, row)));
}
