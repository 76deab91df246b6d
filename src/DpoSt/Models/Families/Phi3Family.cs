using DpoSt.Models.Decoder;

namespace DpoSt.Models.Families;

/// <summary>Phi-3, Phi-3.5 and Phi-4-mini: fused matrices, positions on a part of a head, LongRoPE (Phi3Config of transformers).</summary>
internal static class Phi3Family
{
    // What its first files call LongRoPE, and what a file means that does not say which length it was first trained on.
    private static readonly RopeHabits Habits = new()
    {
        Renamed = new Dictionary<string, string>(StringComparer.Ordinal) { ["su"] = "longrope", ["yarn"] = "longrope" },
        Kinds = ["default", "longrope"],
        TurnsParts = true,
        UsualOriginal = 4096,
    };

    public static DecoderTraits Read(ConfigFields fields)
    {
        var traits = DecoderFields.Read(fields, "phi3", new FamilyDefaults(NormEpsilon: 1e-5));
        fields.Skip("embd_pdrop", "full_attn_mod", "interpolate_factor", "original_max_position_embeddings");
        if (fields.Dropout("resid_pdrop") != 0)
        {
            throw fields.Wrong("resid_pdrop", "0: dropout of the residual stream is not supported in decoders");
        }

        var rope = RopeFields.Read(fields, traits.HeadSize, 10_000, Habits);
        return traits with { IsFused = true, Layers = DecoderFields.Alike(traits, rope, fields.OptionalSize("sliding_window")) };
    }
}
