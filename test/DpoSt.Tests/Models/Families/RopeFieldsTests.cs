using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Models.Decoder;
using DpoSt.Models.Families;

namespace DpoSt.Tests.Models.Families;

/// <summary>Positions as config.json says them, against formulas in double precision.</summary>
public sealed class RopeFieldsTests
{
    public static TheoryData<string> Decoders =>
        ["llama", "mistral", "qwen2", "qwen3", "smollm3", "gemma2", "gemma3_text"];

    [Theory]
    [InlineData("""{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 64}""", 32, 1, true, 0.0)]
    [InlineData("""{"type": "yarn", "factor": 4, "original_max_position_embeddings": 64, "truncate": false}""", 32, 1, false, 0.0)]
    [InlineData(
        """{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 64, "beta_fast": 8, "beta_slow": 2}""", 8, 2, true, 0.0)]
    [InlineData(
        """{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 64, "attention_factor": 1.25}""", 32, 1, true, 1.25)]
    [InlineData("""{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 64, "mscale": 0.7}""", 32, 1, true, 0.0)]
    public void Yarn_turns_by_its_formula(string rope, double fast, double slow, bool truncates, double magnitude)
    {
        var read = Llama(("rope_scaling", rope));
        Assert.Equal(magnitude == 0 ? 0.1 * Math.Log(4) + 1 : magnitude, read.Magnitude, 1e-12);
        var (low, high) = (Pair(fast), Pair(slow));
        (low, high) = truncates ? (Math.Floor(low), Math.Ceiling(high)) : (low, high);
        (low, high) = (Math.Max(low, 0), Math.Min(high, 31));
        Assert.All(read.Frequencies.Index(), f =>
        {
            var plain = Math.Pow(10_000, -2.0 * f.Index / 32);
            var slowed = Math.Clamp((f.Index - low) / (high - low), 0, 1);
            Assert.Equal(plain / 4 * slowed + plain * (1 - slowed), f.Item, 1e-6 * plain);
        });

        static double Pair(double turns) => 32 * Math.Log(64 / (turns * 2 * Math.PI)) / (2 * Math.Log(10_000));
    }

    [Fact]
    public void Yarns_two_scales_of_attention_divide_each_other()
    {
        var read = Llama(("rope_scaling", """
            {"rope_type": "yarn", "factor": 8, "original_max_position_embeddings": 64, "mscale": 0.7, "mscale_all_dim": 0.3}
            """));
        Assert.Equal((0.07 * Math.Log(8) + 1) / (0.03 * Math.Log(8) + 1), read.Magnitude, 1e-12);
    }

    [Fact]
    public void An_empty_scaling_of_older_files_leaves_what_newer_ones_say()
    {
        var read = Llama(("rope_scaling", "{}"), ("rope_parameters", """{"rope_type": "linear", "factor": 4, "rope_theta": 100}"""));
        Assert.Equal(0.25, read.Frequencies[0]);
        Assert.Equal(0.25 * Math.Pow(100, -2.0 / 32), read.Frequencies[1], 1e-7);
    }

    [Theory, MemberData(nameof(Decoders))]
    public void A_family_that_turns_whole_heads_refuses_a_share_of_them(string family)
    {
        Assert.NotNull(Read(family, ("partial_rotary_factor", "1.0")));
        foreach (var (key, value) in ((string, string)[])[
            ("partial_rotary_factor", "0.5"), ("rope_scaling", """{"rope_type": "linear", "factor": 2, "partial_rotary_factor": 0.5}""")])
        {
            Refused(family, "partial_rotary_factor", (key, value));
        }
    }

    [Fact]
    public void Phi_hears_of_its_first_length_outside_its_positions_alone()
    {
        var factors = JsonSerializer.Serialize(Enumerable.Range(1, 16));
        var positions = $$"""
            {"type": "longrope", "short_factor": {{factors}}, "long_factor": {{factors}}, "original_max_position_embeddings": 64}
            """;
        var (alone, told) = (
            Read("phi3", ("max_position_embeddings", "131072"), ("rope_scaling", positions)).Layers[0].Rope!,
            Read("phi3", ("max_position_embeddings", "131072"), ("rope_scaling", positions), ("original_max_position_embeddings", "512"))
                .Layers[0].Rope!);
        Assert.Equal((4096, 512), (alone.Limit, told.Limit));
        Assert.Equal(Math.Sqrt(1 + Math.Log(32) / Math.Log(4096)), alone.Magnitude, 1e-12);
        Assert.Equal(Math.Sqrt(1 + Math.Log(256) / Math.Log(512)), told.Magnitude, 1e-12);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("llama3")]
    [InlineData("dynamic")]
    public void Phi_knows_one_kind_of_scaling(string kind) => Refused("phi3", "rope_scaling.rope_type", ("rope_scaling", $$"""
        {"rope_type": "{{kind}}", "factor": 2, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 64}
        """));

    [Fact]
    public void Each_kind_of_Gemmas_layers_has_its_positions()
    {
        var traits = Read("gemma3_text", ("layer_types", """["sliding_attention", "full_attention"]"""), ("rope_parameters", """
            {"full_attention": {"rope_type": "linear", "factor": 8, "rope_theta": 400}, "sliding_attention": {"rope_theta": 25}}
            """));
        Assert.Equal(Math.Pow(25, -2.0 / 32), traits.Layers[0].Rope!.Frequencies[1], 1e-7);
        Assert.Equal(Math.Pow(400, -2.0 / 32) / 8, traits.Layers[1].Rope!.Frequencies[1], 1e-7);
    }

    [Fact]
    public void Gemmas_layers_have_the_first_length_within_their_positions()
    {
        const string Positions = """
            {"full_attention": {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 64, "rope_theta": 10000}}
            """;
        var yarn = Llama(("rope_scaling", """{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 64}"""));
        var read = Read("gemma3_text", ("layer_types", """["full_attention", "full_attention"]"""), ("rope_parameters", Positions));
        Assert.Equal(yarn.Frequencies, read.Layers[0].Rope!.Frequencies);
        Refused(
            "gemma3_text", "original_max_position_embeddings", ("rope_parameters", Positions), ("original_max_position_embeddings", "32"));
        Refused("gemma3_text", "truncate", ("rope_parameters", """
            {"full_attention": {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 64, "truncate": false}}
            """));
    }

    [Theory]
    [InlineData("gemma3_text", "rope_parameters", """{"rope_type": "default", "rope_theta": 500}""")]
    [InlineData("gemma3_text", "_sliding_window_pattern", "2")]
    [InlineData("gemma3_text", "sliding_window", "null")]
    [InlineData("gemma2", "sliding_window", "null")]
    [InlineData("qwen2", "layer_types", """["sliding_attention", "full_attention"]""")]
    [InlineData("mistral", "layer_types", """["full_attention", "full_attention"]""")]
    public void What_transformers_would_leave_aside_or_fail_at_is_refused_by_name(string family, string key, string value) =>
        Refused(family, key, (key, value));

    [Theory]
    [InlineData("gemma3_text", """{"sliding_window_pattern": 2, "_sliding_window_pattern": 2}""", "4096 null")]
    [InlineData("gemma3_text", """{"_sliding_window_pattern": 2, "layer_types": ["full_attention", "sliding_attention"]}""", "null 4096")]
    [InlineData("gemma2", """{"sliding_window": null, "layer_types": ["full_attention", "full_attention"]}""", "null null")]
    [InlineData("qwen2", """{"use_sliding_window": true, "sliding_window": 7, "max_window_layers": 1}""", "null 7")]
    [InlineData("qwen3", """{"use_sliding_window": true, "sliding_window": null, "max_window_layers": 0}""", "null null")]
    [InlineData("smollm3", """{"use_sliding_window": true, "sliding_window": 7, "no_rope_layers": [1, 0]}""", "null 7")]
    [InlineData("mistral", """{"sliding_window": null}""", "null null")]
    public void Layers_see_as_far_as_the_fields_say(string family, string fields, string windows)
    {
        var traits = Read(family, [.. JsonNode.Parse(fields)!.AsObject().Select(f => (f.Key, f.Value?.ToJsonString() ?? "null"))]);
        Assert.Equal(windows, string.Join(' ', traits.Layers.Select(layer => layer.Window?.ToString() ?? "null")));
    }

    private static void Refused(string family, string named, params (string Key, string Value)[] fields) =>
        Assert.Contains(named, Assert.Throws<UserErrorException>(() => Read(family, fields)).Message, StringComparison.Ordinal);

    private static Rope Llama(params (string Key, string Value)[] fields) => Read("llama", fields).Layers[0].Rope!;

    // Two layers, heads of 32.
    private static DecoderTraits Read(string family, params (string Key, string Value)[] fields)
    {
        var json = JsonNode.Parse("""
            {"vocab_size": 10, "hidden_size": 64, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
             "num_key_value_heads": 2, "head_dim": 32}
            """)!.AsObject();
        json["model_type"] = family;
        foreach (var (key, value) in fields)
        {
            json[key] = JsonNode.Parse(value);
        }

        return ModelFamilies.Of(JsonSerializer.SerializeToElement(json), "here/config.json").Decoder!;
    }
}
