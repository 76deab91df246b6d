using System.Text.Json;
using DpoSt.Models.Decoder;
using DpoSt.Models.Families;

namespace DpoSt.Tests.Models.Families;

public sealed class LlamaFamilyTests
{
    [Theory]
    [InlineData(32_000, 4096, 11_008, 32, 32, 32, 6_738_415_616)]        // llama-2-7b
    [InlineData(128_256, 4096, 14_336, 32, 32, 8, 8_030_261_248)]        // llama-3-8b
    public void Llama_has_as_many_parameters_as_published(
        int vocabulary, int hidden, int feedForward, int layers, int heads, int groups, long parameters)
    {
        var config = Parse($$"""
            {"vocab_size": {{vocabulary}}, "hidden_size": {{hidden}}, "intermediate_size": {{feedForward}}, "num_hidden_layers": {{layers}},
             "num_attention_heads": {{heads}}, "num_key_value_heads": {{groups}}, "tie_word_embeddings": false, "model_type": "llama"}
            """);
        Assert.Equal(parameters, DecoderWeights.Specs(config).Sum(s => s.Count));
    }

    [Fact]
    public void Absent_keys_have_the_values_of_transformers()
    {
        var config = Parse(Minimal());
        Assert.Equal(
            (2, 4, 1e-6, false, 0.0, 0.02),
            (config.KeyValueHeads, config.HeadSize, config.NormEpsilon, config.IsTied, config.AttentionDropout, config.InitializerRange));
        Assert.All(config.Layers, layer => Assert.Equal([1, 0.01f], layer.Rope!.Frequencies));
    }

    [Fact]
    public void Newer_files_keep_the_base_beside_the_scaling()
    {
        var config = Parse(Minimal(("rope_parameters", """{"rope_type": "linear", "factor": 4.0, "rope_theta": 500000.0}""")));
        Assert.Equal([0.25f, 0.25f / MathF.Sqrt(500_000)], config.Layers[0].Rope!.Frequencies);
    }

    [Theory]
    [InlineData("hidden_size", "\"wide\"")]
    [InlineData("num_attention_heads", "0")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("head_dim", "5")]
    [InlineData("head_dim", "16777216")]
    [InlineData("num_hidden_layers", "16000000")]
    [InlineData("vocab_size", "99999999")]
    [InlineData("hidden_act", "\"nonsense\"")]
    [InlineData("attention_bias", "1")]
    [InlineData("some_new_field", "3")]
    [InlineData("rope_theta", "0")]
    [InlineData("attention_dropout", "1")]
    [InlineData("rope_scaling", """{"type": "dynamic", "factor": 2}""")]
    [InlineData("rope_scaling", """{"rope_type": null, "factor": 2}""")]
    [InlineData("rope_scaling", """{"type": "linear", "factor": 2, "faster": true}""")]
    [InlineData("rope_scaling", """{"type": "linear", "factor": 0}""")]
    public void A_value_that_cannot_be_is_a_sentence_that_names_key_and_file(string key, string value)
    {
        var error = Assert.Throws<UserErrorException>(() => Parse(Minimal((key, value))));
        Assert.Contains("here/config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    private static string Minimal(params (string Key, string Value)[] others)
    {
        var values = new Dictionary<string, string>
        {
            ["vocab_size"] = "10",
            ["hidden_size"] = "8",
            ["intermediate_size"] = "16",
            ["num_hidden_layers"] = "3",
            ["num_attention_heads"] = "2",
        };
        foreach (var (key, value) in others)
        {
            values[key] = value;
        }

        return $"{{{string.Join(",", values.Select(v => $"\"{v.Key}\":{v.Value}"))}}}";
    }

    private static DecoderTraits Parse(string json)
    {
        var fields = new ConfigFields(JsonDocument.Parse(json).RootElement, "here/config.json");
        var traits = LlamaFamily.Read(fields);
        fields.Close();
        return traits;
    }
}
