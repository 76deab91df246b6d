using System.Text.Json;
using DpoSt.Models.Families;
using DpoSt.Models.T5;

namespace DpoSt.Tests.Models.T5;

public sealed class T5ConfigTests
{
    [Theory]
    [InlineData(512, 64, 1024, 8, 6, 76_961_152)]          // flan-t5-small
    [InlineData(768, 64, 2048, 12, 12, 247_577_856)]       // flan-t5-base
    [InlineData(1024, 64, 2816, 24, 16, 783_150_080)]      // flan-t5-large
    [InlineData(2048, 64, 5120, 24, 32, 2_849_757_184)]    // flan-t5-xl
    public void Flan_T5_has_as_many_parameters_as_published(int model, int head, int feedForward, int layers, int heads, long parameters)
    {
        var config = Parse($$"""
            {"vocab_size": 32128, "d_model": {{model}}, "d_kv": {{head}}, "d_ff": {{feedForward}}, "num_layers": {{layers}},
             "num_decoder_layers": {{layers}},
             "num_heads": {{heads}}, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false, "model_type": "t5"}
            """);
        Assert.Equal(parameters, T5Weights.Specs(config).Sum(s => s.Count));
    }

    [Fact]
    public void Absent_keys_have_the_values_of_transformers()
    {
        var config = Parse("""{"vocab_size": 10, "d_model": 8, "d_kv": 4, "d_ff": 16, "num_layers": 3, "num_heads": 2}""");
        Assert.Equal(
            (3, 32, 128, 0.1, 1e-6, true, false),
            (config.DecoderLayers, config.RelativeAttentionNumBuckets, config.RelativeAttentionMaxDistance, config.DropoutRate,
                config.LayerNormEpsilon, config.TieWordEmbeddings, config.Gated));
        Assert.Equal((0, 1), (config.PadTokenId, config.EosTokenId));
    }

    [Theory]
    [InlineData("d_model", "\"wide\"")]
    [InlineData("d_model", "0")]
    [InlineData("num_heads", "-1")]
    [InlineData("vocab_size", "99999999")]
    [InlineData("feed_forward_proj", "\"gated-nonsense\"")]
    [InlineData("dense_act_fn", "\"silu\"")]
    [InlineData("dropout_rate", "1")]
    [InlineData("layer_norm_epsilon", "0")]
    [InlineData("relative_attention_num_buckets", "3")]
    [InlineData("num_layers", "16000000")]
    [InlineData("num_decoder_layers", "4097")]
    [InlineData("num_heads", "8388608")]
    [InlineData("pad_token_id", "10")]
    [InlineData("decoder_start_token_id", "-1")]
    public void A_value_that_cannot_be_is_a_sentence_that_names_key_and_file(string key, string value)
    {
        var values = new Dictionary<string, string>
        {
            ["vocab_size"] = "10",
            ["d_model"] = "8",
            ["d_kv"] = "4",
            ["d_ff"] = "16",
            ["num_layers"] = "3",
            ["num_heads"] = "2",
        };
        values[key] = value;
        var error = Assert.Throws<UserErrorException>(() => Parse($"{{{string.Join(",", values.Select(v => $"\"{v.Key}\":{v.Value}"))}}}"));
        Assert.Contains("here/config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_key_is_a_sentence_that_names_it() =>
        Assert.Contains(
            "num_layers", Assert.Throws<UserErrorException>(() => Parse("""{"vocab_size": 10}""")).Message, StringComparison.Ordinal);

    // mT5 does not scale what enters its head, whatever its file says: transformers saves no such field for it.
    [Fact]
    public void A_scaled_head_of_mT5_is_refused()
    {
        const string Sizes = """ "vocab_size": 10, "d_model": 8, "d_kv": 4, "d_ff": 16, "num_layers": 3, "num_heads": 2 """;
        Assert.False(Read($$"""{{{Sizes}}, "scale_decoder_outputs": false}""", "mt5").IsScaled);
        Assert.False(Read($$"""{{{Sizes}}, "tie_word_embeddings": true}""", "mt5").IsScaled);
        Assert.True(Read($$"""{{{Sizes}}, "scale_decoder_outputs": true}""", "t5").IsScaled);
        var error = Assert.Throws<UserErrorException>(() => Read($$"""{{{Sizes}}, "scale_decoder_outputs": true}""", "mt5"));
        Assert.Contains("scale_decoder_outputs", error.Message, StringComparison.Ordinal);
    }

    // Whatever the file says: it decides whether T5's output is scaled.
    [Theory]
    [InlineData("t5", true)]
    [InlineData("t5", false)]
    [InlineData("mt5", true)]
    [InlineData("mt5", false)]
    public void Weights_say_whether_the_head_is_the_embedding(string modelType, bool isTied)
    {
        var json = $$"""
            {"vocab_size": 10, "d_model": 8, "d_kv": 4, "d_ff": 16, "num_layers": 3, "num_heads": 2,
             "tie_word_embeddings": {{(isTied ? "true" : "false")}}}
            """;
        Assert.True(Read(json, modelType, hasOwnHead: false).IsTied);
        Assert.False(Read(json, modelType, hasOwnHead: true).IsTied);
        Assert.Equal(isTied && modelType == "t5", Read(json, modelType, hasOwnHead: false).IsScaled);
    }

    private static T5Config Parse(string json) => Read(json, "t5");

    private static T5Config Read(string json, string modelType, bool? hasOwnHead = null) =>
        T5Config.Read(new ConfigFields(JsonDocument.Parse(json).RootElement, "here/config.json"), modelType, hasOwnHead);
}
