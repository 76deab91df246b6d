using DpoSt.Models.Decoder;
using DpoSt.Tensors.Kernels;

namespace DpoSt.Models.Families;

/// <summary>What config.json of every decoder says in the same way.</summary>
internal static class DecoderFields
{
    /// <summary>The traits that all families share; layers have no positions yet.</summary>
    public static DecoderTraits Read(ConfigFields fields, string family, FamilyDefaults defaults)
    {
        var (hidden, heads) = (fields.Size("hidden_size"), fields.Size("num_attention_heads"));
        var groups = fields.OptionalSize("num_key_value_heads") ?? (
            fields.Has("num_key_value_heads") ? heads : defaults.KeyValueHeads ?? heads);
        if (heads % groups != 0)
        {
            throw fields.Conflict($"num_attention_heads ({heads}) must be a multiple of num_key_value_heads ({groups})");
        }

        var size = fields.OptionalSize("head_dim") ?? (fields.Has("head_dim") ? null : defaults.HeadSize) ?? (hidden % heads == 0
            ? hidden / heads
            : throw fields.Conflict(
                $"hidden_size ({hidden}) must be a multiple of num_attention_heads ({heads}) where head_dim is absent"));
        if ((long)heads * size > 1 << 24)
        {
            throw fields.Conflict($"num_attention_heads times head_dim is {(long)heads * size}, more than any model has");
        }

        return new DecoderTraits
        {
            Family = family,
            VocabSize = fields.Size("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = fields.Size("intermediate_size"),
            Heads = heads,
            KeyValueHeads = groups,
            HeadSize = size,
            Layers = [.. Enumerable.Repeat(new LayerTraits(null), fields.LayerCount("num_hidden_layers"))],
            NormEpsilon = fields.Positive("rms_norm_eps", defaults.NormEpsilon),
            Activation = Activation(fields, defaults.ActivationKey, defaults.Activation),
            IsTied = fields.Flag("tie_word_embeddings", defaults.IsTied),
            AttentionDropout = fields.Dropout("attention_dropout"),
            InitializerRange = fields.Number("initializer_range", 0.02),
        };
    }

    /// <summary>The activation of a field.</summary>
    public static GatedActivation Activation(ConfigFields fields, string key, string otherwise) =>
        GatedActivation.Named(fields.Text(key) ?? otherwise)
        ?? throw fields.Wrong(key, $"one of {string.Join(", ", GatedActivation.Names)}");

    /// <summary>All layers alike.</summary>
    public static LayerTraits[] Alike(DecoderTraits traits, Rope rope, int? window = null) =>
        [.. traits.Layers.Select(_ => new LayerTraits(rope, window))];

    /// <summary>Which layers see a window only: what <c>layer_types</c> says, else what a family's older files mean.</summary>
    public static bool[] Sliding(ConfigFields fields, int layers, Func<int, bool> otherwise)
    {
        var types = fields.Words("layer_types", layers);
        return types is null ? [.. Enumerable.Range(0, layers).Select(otherwise)] : [.. types.Select(type => type switch
        {
            "sliding_attention" => true,
            "full_attention" => false,
            _ => throw fields.Wrong("layer_types", "only full_attention and sliding_attention in it"),
        })];
    }

    /// <summary>The window of layers that have one; a file that has such layers must say it.</summary>
    public static int? Window(ConfigFields fields, bool isSliding, int? window) =>
        !isSliding ? null : window ?? throw fields.Conflict("layer_types has sliding_attention, but sliding_window does not say how wide");
}

/// <summary>What a family's files mean where they leave a field out.</summary>
/// <param name="KeyValueHeads">Null is as many as query heads.</param>
/// <param name="HeadSize">Null is the width over the heads.</param>
internal sealed record FamilyDefaults(
    double NormEpsilon = 1e-6, int? KeyValueHeads = null, int? HeadSize = null, bool IsTied = false, string ActivationKey = "hidden_act",
    string Activation = "silu");
