using System.Text.Json;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Costs;
using DpoSt.Models.Decoder;
using DpoSt.Models.T5;

namespace DpoSt.Models.Families;

/// <summary>The families of models by config.json's <c>model_type</c>.</summary>
internal static class ModelFamilies
{
    private static readonly Dictionary<string, Func<ConfigFields, DecoderTraits>> Decoders = new(StringComparer.Ordinal)
    {
        ["llama"] = LlamaFamily.Read,
        ["mistral"] = MistralFamily.Read,
        ["qwen2"] = QwenFamily.Qwen2,
        ["qwen3"] = QwenFamily.Qwen3,
        ["smollm3"] = SmolLm3Family.Read,
        ["phi3"] = Phi3Family.Read,
        ["gemma2"] = GemmaFamily.Gemma2,
        ["gemma3_text"] = GemmaFamily.Gemma3,
    };

    /// <summary>What a config.json describes.</summary>
    /// <param name="hasOwnHead">Whether the weights hold a head other than the embedding; null where they are not known.</param>
    /// <exception cref="UserErrorException">The family or a field is not supported, or a field is missing.</exception>
    public static ModelFamily Of(JsonElement json, string path, bool? hasOwnHead = null)
    {
        var fields = new ConfigFields(json, path);
        if (!fields.IsNull("quantization_config"))
        {
            var kind = fields.Object("quantization_config")!.Text("quant_method") ?? "an unnamed method";
            throw new UserErrorException(
                $"{path}: quantization_config says that the weights are quantised ({kind}), which dpost does not read: "
                + "use the model that they were made from.");
        }

        var type = fields.Text("model_type") ?? "";
        var family = type is "t5" or "mt5" ? Of(T5Config.Read(fields, type, hasOwnHead))
            : Decoders.TryGetValue(type, out var read) ? Of(WithHead(read(fields), hasOwnHead))
            : throw fields.Wrong("model_type", $"one of t5, mt5, {string.Join(", ", Decoders.Keys)}");
        fields.Close();
        return family;
    }

    // Weights that hold a head are used with it, as transformers 5 does, whatever config.json says.
    private static DecoderTraits WithHead(DecoderTraits traits, bool? hasOwnHead) =>
        hasOwnHead is true ? traits with { IsTied = false } : traits;

    private static ModelFamily Of(T5Config config) =>
        new(new T5Costs(config), T5Weights.Naming,
            $"{config.ModelType}, {config.NumLayers} + {config.DecoderLayers} layers of {config.DModel}, {config.NumHeads} heads of "
            + $"{config.DKv}, {config.FeedForwardProj}, {(config.IsTied ? "tied" : "own")} head, {config.VocabSize} ids");

    private static ModelFamily Of(DecoderTraits traits)
    {
        return new ModelFamily(
            new DecoderCosts(traits), DecoderWeights.Naming(traits),
            $"{traits.Family}, {traits.Layers.Count} layers of {traits.HiddenSize}, "
            + $"{traits.Heads} query and {traits.KeyValueHeads} key heads of "
            + $"{traits.HeadSize}, rope {Kinds(layer => layer.Rope?.Name)}, "
            + $"window {Kinds(layer => layer.Window is { } n ? $"{n}" : null)}, "
            + $"{(traits.IsTied ? "tied" : "own")} head, {traits.VocabSize} ids")
        {
            Decoder = traits,
        };

        string Kinds(Func<LayerTraits, string?> kind) =>
            string.Join(" and ", traits.Layers.Select(layer => kind(layer) ?? "none").Distinct(StringComparer.Ordinal));
    }
}

/// <summary>What a family makes of a config.json.</summary>
/// <param name="Summary">What the model is, in a line.</param>
internal sealed record ModelFamily(IModelCosts Costs, HubNaming Naming, string Summary)
{
    /// <summary>What is computed, of a decoder alone.</summary>
    public DecoderTraits? Decoder { get; init; }
}
