using DpoSt.Models.Parameters;

namespace DpoSt.Models.Llama;

/// <summary>Llama's parameters and the names a Hugging Face checkpoint gives them. The only place that knows those names.</summary>
internal static class LlamaWeights
{
    public const string Embedding = "embedding";
    public const string Head = "head";

    /// <summary>Every parameter, in the model's order; initialised as transformers' LlamaPreTrainedModel does.</summary>
    public static IReadOnlyList<ParameterSpec> Specs(LlamaConfig c)
    {
        var deviation = c.InitializerRange;
        var embedding = new HubSlice("model.embed_tokens.weight", c.VocabSize, deviation);
        List<ParameterSpec> specs = [ParameterSpec.Matrix(Embedding, Embedding, c.HiddenSize, embedding) with { IsShared = true }];
        for (var layer = 0; layer < c.NumHiddenLayers; layer++)
        {
            var (block, hub) = ($"layer.{layer}", $"model.layers.{layer}");
            specs.Add(ParameterSpec.Norm($"{block}.attention.norm", block, $"{hub}.input_layernorm.weight", c.HiddenSize));
            specs.Add(ParameterSpec.Matrix($"{block}.attention.qkv", block, c.HiddenSize,
                new HubSlice($"{hub}.self_attn.q_proj.weight", c.Inner, deviation),
                new HubSlice($"{hub}.self_attn.k_proj.weight", c.KeyValueInner, deviation),
                new HubSlice($"{hub}.self_attn.v_proj.weight", c.KeyValueInner, deviation)));
            specs.Add(ParameterSpec.Matrix($"{block}.attention.output", block, c.Inner,
                new HubSlice($"{hub}.self_attn.o_proj.weight", c.HiddenSize, deviation)));
            specs.Add(ParameterSpec.Norm($"{block}.feedForward.norm", block, $"{hub}.post_attention_layernorm.weight", c.HiddenSize));
            specs.Add(ParameterSpec.Matrix($"{block}.feedForward.up", block, c.HiddenSize,
                new HubSlice($"{hub}.mlp.gate_proj.weight", c.IntermediateSize, deviation),
                new HubSlice($"{hub}.mlp.up_proj.weight", c.IntermediateSize, deviation)));
            specs.Add(ParameterSpec.Matrix($"{block}.feedForward.down", block, c.IntermediateSize,
                new HubSlice($"{hub}.mlp.down_proj.weight", c.HiddenSize, deviation)));
        }

        specs.Add(ParameterSpec.Norm("norm", "norm", "model.norm.weight", c.HiddenSize));
        if (!c.TieWordEmbeddings)
        {
            specs.Add(ParameterSpec.Matrix(Head, Head, c.HiddenSize, new HubSlice("lm_head.weight", c.VocabSize, deviation)));
        }

        return specs;
    }

    /// <summary>Names that checkpoints may hold too: older files' frequencies, and a head that is the embedding.</summary>
    public static bool MayIgnore(LlamaConfig c, string name) =>
        name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (name == "lm_head.weight" && c.TieWordEmbeddings);
}
