using DpoSt.Models.Decoder;

namespace DpoSt.Models.Families;

/// <summary>Gemma 2 and the texts of Gemma 3: norms before and after, that add one to their weight, scaled embeddings, windows in most
/// layers; soft caps in Gemma 2, norms of queries and keys and two kinds of positions in Gemma 3 (Gemma2Config and Gemma3TextConfig of
/// transformers).</summary>
internal static class GemmaFamily
{
    private const int UsualWindow = 4096;
    private const int UsualQueryScalar = 256;
    private const int UsualPattern = 6;

    private static readonly FamilyDefaults Defaults = new(
        KeyValueHeads: 4, HeadSize: 256, IsTied: true, ActivationKey: "hidden_activation", Activation: "gelu_pytorch_tanh");

    public static DecoderTraits Gemma2(ConfigFields fields)
    {
        var traits = Both(fields, "gemma2");
        fields.Skip("sliding_window_size");
        var rope = RopeFields.Read(fields, traits.HeadSize, 10_000);
        var window = Window(fields);
        var sliding = DecoderFields.Sliding(fields, traits.Layers.Count, layer => layer % 2 == 0);
        return traits with
        {
            ScoreCap = Cap(fields, "attn_logit_softcapping", 50),
            LogitCap = Cap(fields, "final_logit_softcapping", 30),
            Layers = [.. sliding.Select(slides => new LayerTraits(rope, DecoderFields.Window(fields, slides, window)))],
        };
    }

    public static DecoderTraits Gemma3(ConfigFields fields)
    {
        var traits = Both(fields, "gemma3_text");
        fields.Skip("attn_logit_softcapping");                                 // the original reads it and leaves it
        var every = fields.Size("sliding_window_pattern", UsualPattern);
        if ((fields.OptionalSize("_sliding_window_pattern") ?? every) != every && fields.IsNull("layer_types"))
        {
            throw fields.Wrong("_sliding_window_pattern", "layer_types beside it, or sliding_window_pattern: alone it means nothing");
        }

        var sliding = DecoderFields.Sliding(fields, traits.Layers.Count, layer => (layer + 1) % every != 0);
        var (global, local) = Ropes(fields, traits.HeadSize);
        var window = Window(fields);
        return traits with
        {
            NormsHeads = true,
            LogitCap = Cap(fields, "final_logit_softcapping", null),
            Layers = [.. sliding.Select(slides =>
                new LayerTraits(slides ? local : global, DecoderFields.Window(fields, slides, window)))],
        };
    }

    private static DecoderTraits Both(ConfigFields fields, string family)
    {
        var traits = DecoderFields.Read(fields, family, Defaults);
        fields.Skip("hidden_act");                                             // hidden_activation is what counts
        if (fields.Flag("use_bidirectional_attention", false))
        {
            throw fields.Wrong("use_bidirectional_attention", "false: a decoder that looks ahead is not supported");
        }

        var bias = fields.Flag("attention_bias", false);
        return traits with
        {
            NormsAddOne = true,
            NormsAfter = true,
            InputBias = bias,
            OutputBias = bias,
            EmbeddingScale = (float)Math.Sqrt(traits.HiddenSize),
            QueryScale = 1 / Math.Sqrt(fields.Positive("query_pre_attn_scalar", UsualQueryScalar)),
        };
    }

    // Newer files describe the positions of both kinds of layers, older ones scale those of the layers that see everything.
    private static (Rope Global, Rope Local) Ropes(ConfigFields fields, int headSize)
    {
        var (global, local) = (fields.Positive("rope_theta", 1_000_000), fields.Positive("rope_local_base_freq", 10_000));
        if (fields.Object("rope_parameters") is not { IsEmptyObject: false } both)
        {
            return (RopeFields.Read(fields, headSize, global), new Rope(RopeScaling.Plain(headSize, local)));
        }

        if (!both.Has("full_attention") && !both.Has("sliding_attention"))
        {
            throw fields.Wrong("rope_parameters", "full_attention and sliding_attention in it, each with its own");
        }

        var habits = new RopeHabits { IsOfSomeLayers = true };
        var ropes = (Global: RopeFields.Of(both.Object("full_attention"), fields, headSize, global, habits),
            Local: RopeFields.Of(both.Object("sliding_attention"), fields, headSize, local, habits));
        both.Close();
        return ropes.Global.Long is null || ropes.Local.Long is null || ropes.Global.Limit == ropes.Local.Limit ? ropes
            : throw fields.Wrong("rope_parameters", "one original_max_position_embeddings for all layers");
    }

    // Null is no window, which layers that slide must have.
    private static int? Window(ConfigFields fields) =>
        fields.OptionalSize("sliding_window") ?? (fields.Has("sliding_window") ? null : UsualWindow);

    private static double? Cap(ConfigFields fields, string key, double? otherwise) =>
        fields.OptionalPositive(key) ?? (fields.Has(key) ? null : otherwise);
}
