using DpoSt.Models.Decoder;

namespace DpoSt.Models.Families;

/// <summary>Mistral: Llama with a window in every layer (MistralConfig of transformers).</summary>
internal static class MistralFamily
{
    private const int UsualWindow = 4096;

    public static DecoderTraits Read(ConfigFields fields)
    {
        var traits = DecoderFields.Read(fields, "mistral", new FamilyDefaults(KeyValueHeads: 8));
        var window = fields.OptionalSize("sliding_window") ?? (fields.Has("sliding_window") ? null : UsualWindow);
        return traits with { Layers = DecoderFields.Alike(traits, RopeFields.Read(fields, traits.HeadSize, 10_000), window) };
    }
}
