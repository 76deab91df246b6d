using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;

namespace DpoSt.Models.T5;

/// <summary>T5's parameters and the names a Hugging Face checkpoint gives them. The only place that knows those names.</summary>
internal static class T5Weights
{
    public const string Shared = "shared";
    public const string Head = "head";

    private const string HubShared = "shared.weight";
    private const string HubHead = "lm_head.weight";
    private static readonly string[] Copies = ["decoder.embed_tokens.weight", "encoder.embed_tokens.weight"];

    /// <summary>Every parameter, in the model's order; initialised as transformers' T5PreTrainedModel does with factor 1.</summary>
    public static IReadOnlyList<ParameterSpec> Specs(T5Config c)
    {
        var embedding = new HubSlice(HubShared, c.VocabSize, 1);
        List<ParameterSpec> specs = [ParameterSpec.Matrix(Shared, Shared, c.DModel, embedding) with { IsShared = true }];
        for (var layer = 0; layer < c.NumLayers; layer++)
        {
            AddBlock(specs, c, "encoder", layer, crosses: false);
        }

        specs.Add(ParameterSpec.Norm("encoder.norm", "encoder.norm", "encoder.final_layer_norm.weight", c.DModel));
        for (var layer = 0; layer < c.DecoderLayers; layer++)
        {
            AddBlock(specs, c, "decoder", layer, crosses: true);
        }

        specs.Add(ParameterSpec.Norm("decoder.norm", "decoder.norm", "decoder.final_layer_norm.weight", c.DModel));
        if (!c.IsTied)
        {
            specs.Add(ParameterSpec.Matrix(Head, Head, c.DModel, new HubSlice(HubHead, c.VocabSize, 1)));
        }

        return specs;
    }

    /// <summary>How checkpoints of these models name tensors.</summary>
    public static HubNaming Naming { get; } = new(
        HubShared, HubHead,
        // Where only a stack's copy of the embedding was kept, that is the embedding.
        names => names.Contains(HubShared) || Array.Find(Copies, names.Contains) is not { } only
            ? name => name : name => name == only ? HubShared : name,
        name => Copies.Contains(name, StringComparer.Ordinal)
            || name == "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
            || name == HubHead,
        KeysOf, Copies);

    private static string KeysOf(string name) => name.Split('.') switch
    {
        ["lm_head", ..] => "tie_word_embeddings, vocab_size",
        ["shared", ..] => "vocab_size, d_model",
        [.., "relative_attention_bias", _] => "relative_attention_num_buckets, num_heads",
        ["encoder", .., "DenseReluDense", _, _] => "feed_forward_proj, d_ff, num_layers",
        ["decoder", .., "DenseReluDense", _, _] => "feed_forward_proj, d_ff, num_decoder_layers",
        ["encoder", ..] => "num_heads, d_kv, d_model, num_layers",
        _ => "num_heads, d_kv, d_model, num_decoder_layers",
    };

    private static void AddBlock(List<ParameterSpec> specs, T5Config c, string stack, int layer, bool crosses)
    {
        var block = $"{stack}.{layer}";
        var hub = $"{stack}.block.{layer}.layer";
        var narrow = Math.Pow((double)c.DModel * c.DKv, -0.5);
        var wide = Math.Pow(c.DModel, -0.5);
        var inner = Math.Pow(c.Inner, -0.5);

        specs.Add(ParameterSpec.Norm($"{block}.self.norm", block, $"{hub}.0.layer_norm.weight", c.DModel));
        specs.Add(ParameterSpec.Matrix($"{block}.self.qkv", block, c.DModel,
            new HubSlice($"{hub}.0.SelfAttention.q.weight", c.Inner, narrow),
            new HubSlice($"{hub}.0.SelfAttention.k.weight", c.Inner, wide),
            new HubSlice($"{hub}.0.SelfAttention.v.weight", c.Inner, wide)));
        specs.Add(
            ParameterSpec.Matrix($"{block}.self.output", block, c.Inner, new HubSlice($"{hub}.0.SelfAttention.o.weight", c.DModel, inner)));
        if (layer == 0)
        {
            // No decay: its name holds "bias", and the paper's decay groups go by names.
            var slice = new HubSlice($"{hub}.0.SelfAttention.relative_attention_bias.weight", c.RelativeAttentionNumBuckets, wide);
            long[] shape = [c.RelativeAttentionNumBuckets, c.NumHeads];
            specs.Add(new ParameterSpec($"{stack}.bias", shape, block, Decay: false, [slice]) { IsShared = true });
        }

        if (crosses)
        {
            specs.Add(ParameterSpec.Norm($"{block}.cross.norm", block, $"{hub}.1.layer_norm.weight", c.DModel));
            specs.Add(ParameterSpec.Matrix($"{block}.cross.query", block, c.DModel,
                new HubSlice($"{hub}.1.EncDecAttention.q.weight", c.Inner, narrow)));
            specs.Add(ParameterSpec.Matrix($"{block}.cross.keyValue", block, c.DModel,
                new HubSlice($"{hub}.1.EncDecAttention.k.weight", c.Inner, wide),
                new HubSlice($"{hub}.1.EncDecAttention.v.weight", c.Inner, wide)));
            specs.Add(ParameterSpec.Matrix($"{block}.cross.output", block, c.Inner,
                new HubSlice($"{hub}.1.EncDecAttention.o.weight", c.DModel, inner)));
        }

        var feedForward = $"{hub}.{(crosses ? 2 : 1)}";
        specs.Add(ParameterSpec.Norm($"{block}.feedForward.norm", block, $"{feedForward}.layer_norm.weight", c.DModel));
        specs.Add(ParameterSpec.Matrix($"{block}.feedForward.up", block, c.DModel, c.Gated
            ? [new HubSlice($"{feedForward}.DenseReluDense.wi_0.weight", c.DFf, wide),
                new HubSlice($"{feedForward}.DenseReluDense.wi_1.weight", c.DFf, wide)]
            : [new HubSlice($"{feedForward}.DenseReluDense.wi.weight", c.DFf, wide)]));
        specs.Add(ParameterSpec.Matrix($"{block}.feedForward.down", block, c.DFf,
            new HubSlice($"{feedForward}.DenseReluDense.wo.weight", c.DModel, Math.Pow(c.DFf, -0.5))));
    }
}
