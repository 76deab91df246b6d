using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;

namespace DpoSt.Models.Decoder;

/// <summary>A decoder's parameters and the names a Hugging Face checkpoint gives them. The only place that knows those names.</summary>
internal static class DecoderWeights
{
    public const string Embedding = "embedding";
    public const string Head = "head";

    private const string HubHead = "lm_head.weight";
    private const string HubEmbedding = "model.embed_tokens.weight";

    /// <summary>Every parameter, in the model's order; initialised as transformers does.</summary>
    public static IReadOnlyList<ParameterSpec> Specs(DecoderTraits t)
    {
        List<ParameterSpec> specs =
        [
            ParameterSpec.Matrix(Embedding, Embedding, t.HiddenSize, new HubSlice(HubEmbedding, t.VocabSize, t.InitializerRange)) with
            {
                IsShared = true,
            }
        ];
        for (var layer = 0; layer < t.Layers.Count; layer++)
        {
            specs.AddRange(new Block(t, $"layer.{layer}", $"model.layers.{layer}").Specs());
        }

        specs.Add(ParameterSpec.Norm("norm", "norm", "model.norm.weight", t.HiddenSize, t.NormsAddOne));
        if (!t.IsTied)
        {
            specs.Add(ParameterSpec.Matrix(Head, Head, t.HiddenSize, new HubSlice(HubHead, t.VocabSize, t.InitializerRange)));
        }

        return specs;
    }

    /// <summary>How checkpoints of these models name tensors.</summary>
    public static HubNaming Naming(DecoderTraits t) => new(
        HubEmbedding, HubHead,
        // A model without its head was saved without the prefix.
        names => names.Any(name => name.StartsWith("model.", StringComparison.Ordinal))
            ? name => name : name => name == HubHead ? name : $"model.{name}",
        name => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || name == HubHead,
        name => KeysOf(name, t.Layers.Count));

    // The keys of config.json that decide whether a tensor is there, and of which shape.
    private static string KeysOf(string name, int layers) => name.Split('.') switch
    {
        ["lm_head", ..] => "tie_word_embeddings, vocab_size",
        ["model", "embed_tokens", ..] => "vocab_size, hidden_size",
        ["model", "layers", var layer, ..] when int.TryParse(layer, out var index) && index >= layers => "num_hidden_layers",
        [.., "mlp", _, "bias"] => "mlp_bias",
        [.., "self_attn", _, "bias"] => "attention_bias",
        [.., "self_attn", _, _] => "num_attention_heads, num_key_value_heads, head_dim, hidden_size, num_hidden_layers",
        [.., "mlp", _, _] => "intermediate_size, hidden_size, num_hidden_layers",
        _ => "hidden_size, num_hidden_layers",
    };

    private sealed record Block(DecoderTraits T, string Name, string Hub)
    {
        private string Attention => $"{Hub}.self_attn";
        private string FeedForward => $"{Hub}.mlp";

        public IEnumerable<ParameterSpec> Specs()
        {
            (string, int)[] qkv = T.IsFused
                ? [("qkv_proj", T.Inner + 2 * T.KeyValueInner)]
                : [("q_proj", T.Inner), ("k_proj", T.KeyValueInner), ("v_proj", T.KeyValueInner)];
            (string, int)[] up = T.IsFused
                ? [("gate_up_proj", 2 * T.IntermediateSize)] : [("gate_proj", T.IntermediateSize), ("up_proj", T.IntermediateSize)];
            List<ParameterSpec> specs = [Norm("attention.norm", "input_layernorm")];
            specs.AddRange(Map("attention.qkv", Attention, T.HiddenSize, T.InputBias, qkv));
            if (T.NormsHeads)
            {
                specs.Add(ParameterSpec.Norm($"{Name}.attention.queryNorm", Name, $"{Attention}.q_norm.weight", T.HeadSize, T.NormsAddOne));
                specs.Add(ParameterSpec.Norm($"{Name}.attention.keyNorm", Name, $"{Attention}.k_norm.weight", T.HeadSize, T.NormsAddOne));
            }

            specs.AddRange(Map("attention.output", Attention, T.Inner, T.OutputBias, ("o_proj", T.HiddenSize)));
            if (T.NormsAfter)
            {
                specs.Add(Norm("attention.normAfter", "post_attention_layernorm"));
            }

            specs.Add(Norm("feedForward.norm", T.NormsAfter ? "pre_feedforward_layernorm" : "post_attention_layernorm"));
            specs.AddRange(Map("feedForward.up", FeedForward, T.HiddenSize, T.FeedForwardBias, up));
            specs.AddRange(Map("feedForward.down", FeedForward, T.IntermediateSize, T.FeedForwardBias, ("down_proj", T.HiddenSize)));
            if (T.NormsAfter)
            {
                specs.Add(Norm("feedForward.normAfter", "post_feedforward_layernorm"));
            }

            return specs;
        }

        private ParameterSpec Norm(string name, string hub) =>
            ParameterSpec.Norm($"{Name}.{name}", Name, $"{Hub}.{hub}.weight", T.HiddenSize, T.NormsAddOne);

        private IEnumerable<ParameterSpec> Map(string name, string hub, int inputs, bool bias, params (string Hub, int Rows)[] parts)
        {
            yield return ParameterSpec.Matrix($"{Name}.{name}", Name, inputs,
                [.. parts.Select(part => new HubSlice($"{hub}.{part.Hub}.weight", part.Rows, T.InitializerRange))]);
            if (bias)
            {
                yield return ParameterSpec.Bias($"{Name}.{name}.bias", Name,
                    [.. parts.Select(part => new HubSlice($"{hub}.{part.Hub}.bias", part.Rows, 0))]);
            }
        }
    }
}
