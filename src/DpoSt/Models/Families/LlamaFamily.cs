using DpoSt.Models.Decoder;

namespace DpoSt.Models.Families;

/// <summary>Llama 1 to 3, TinyLlama, SmolLM2 (LlamaConfig of transformers).</summary>
internal static class LlamaFamily
{
    public static DecoderTraits Read(ConfigFields fields)
    {
        var traits = DecoderFields.Read(fields, "llama", new FamilyDefaults());
        var bias = fields.Flag("attention_bias", false);
        return traits with
        {
            InputBias = bias,
            OutputBias = bias,
            FeedForwardBias = fields.Flag("mlp_bias", false),
            Layers = DecoderFields.Alike(traits, RopeFields.Read(fields, traits.HeadSize, 10_000)),
        };
    }
}
