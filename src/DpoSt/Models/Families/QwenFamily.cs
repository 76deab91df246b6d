using DpoSt.Models.Decoder;

namespace DpoSt.Models.Families;

/// <summary>Qwen2 with 2.5, Math, Coder and R1-Distill: biases before attention; Qwen3 without mixtures: norms of queries and keys
/// instead (Qwen2Config and Qwen3Config of transformers).</summary>
internal static class QwenFamily
{
    private const int UsualWindow = 4096;
    private const int UsualHeadsAndLayers = 32;

    public static DecoderTraits Qwen2(ConfigFields fields) =>
        Windowed(
            fields, DecoderFields.Read(fields, "qwen2", new FamilyDefaults(KeyValueHeads: UsualHeadsAndLayers)) with { InputBias = true });

    public static DecoderTraits Qwen3(ConfigFields fields)
    {
        var traits = DecoderFields.Read(fields, "qwen3", new FamilyDefaults(KeyValueHeads: UsualHeadsAndLayers, HeadSize: 128));
        var bias = fields.Flag("attention_bias", false);
        return Windowed(fields, traits with { NormsHeads = true, InputBias = bias, OutputBias = bias });
    }

    // A window counts only where it is switched on; older files give it to the layers from max_window_layers on.
    private static DecoderTraits Windowed(ConfigFields fields, DecoderTraits traits)
    {
        var rope = RopeFields.Read(fields, traits.HeadSize, 10_000);
        var width = fields.OptionalSize("sliding_window") ?? (fields.Has("sliding_window") ? null : UsualWindow);
        var window = fields.Flag("use_sliding_window", false) ? width : null;
        var full = (int)fields.Number("max_window_layers", 28);
        var sliding = DecoderFields.Sliding(fields, traits.Layers.Count, layer => window is not null && layer >= full);
        return traits with { Layers = [.. sliding.Select(slides => new LayerTraits(rope, DecoderFields.Window(fields, slides, window)))] };
    }
}
