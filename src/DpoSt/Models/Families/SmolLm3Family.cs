using DpoSt.Models.Decoder;

namespace DpoSt.Models.Families;

/// <summary>SmolLM3: Llama with layers without positions (SmolLM3Config of transformers).</summary>
internal static class SmolLm3Family
{
    public static DecoderTraits Read(ConfigFields fields)
    {
        var traits = DecoderFields.Read(fields, "smollm3", new FamilyDefaults(KeyValueHeads: 4, IsTied: true));
        fields.Skip("max_window_layers");
        var bias = fields.Flag("attention_bias", false);
        var rope = RopeFields.Read(fields, traits.HeadSize, 2_000_000);
        var interval = fields.Size("no_rope_layer_interval", 4);
        // Despite its name a one says that the layer has positions.
        var turns = fields.IsNull("no_rope_layers")
            ? Enumerable.Range(1, traits.Layers.Count).Select(n => n % interval != 0).ToArray()
            : [.. fields.Numbers("no_rope_layers", traits.Layers.Count).Select(n => n != 0)];
        var window = fields.OptionalSize("sliding_window");
        var slides = fields.Flag("use_sliding_window", false) && window is not null;
        var sliding = DecoderFields.Sliding(fields, traits.Layers.Count, layer => slides && !turns[layer]);
        return traits with
        {
            InputBias = bias,
            OutputBias = bias,
            FeedForwardBias = fields.Flag("mlp_bias", false),
            Layers = [.. sliding.Zip(turns).Select(layer =>
                new LayerTraits(layer.Second ? rope : null, DecoderFields.Window(fields, layer.First, window)))],
        };
    }
}
