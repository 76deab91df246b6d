using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.Models.Checkpoints;

namespace DpoSt.Models.T5;

/// <summary>config.json of a T5 model (T5Config of transformers); properties mirror its keys.</summary>
public sealed record T5Config
{
    /// <summary>Rows of the embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int DModel { get; init; }

    /// <summary>Size of an attention head; heads times this need not be <see cref="DModel"/>.</summary>
    public required int DKv { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int DFf { get; init; }

    /// <summary>Encoder layers.</summary>
    public required int NumLayers { get; init; }

    /// <summary>Decoder layers; as many as the encoder's where absent.</summary>
    public int? NumDecoderLayers { get; init; }

    /// <summary>Attention heads.</summary>
    public required int NumHeads { get; init; }

    /// <summary>Buckets of relative positions.</summary>
    public int RelativeAttentionNumBuckets { get; init; } = 32;

    /// <summary>The distance from which on all positions share the last bucket.</summary>
    public int RelativeAttentionMaxDistance { get; init; } = 128;

    /// <summary>Dropout in training.</summary>
    public double DropoutRate { get; init; } = 0.1;

    /// <summary>Epsilon of the norms.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-6;

    /// <summary><c>relu</c> (T5 v1.0) or <c>gated-gelu</c> (T5 v1.1, Flan-T5).</summary>
    public string FeedForwardProj { get; init; } = "relu";

    /// <summary>Whether the head is the embedding, scaled by DModel^-0.5.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>The token that pads; also the decoder's first where no other is named.</summary>
    public int PadTokenId { get; init; }

    /// <summary>The token that ends a text.</summary>
    public int EosTokenId { get; init; } = 1;

    /// <summary>The decoder's first token.</summary>
    public int? DecoderStartTokenId { get; init; }

    /// <summary>Decoder layers in effect.</summary>
    [JsonIgnore]
    public int DecoderLayers => NumDecoderLayers ?? NumLayers;

    /// <summary>Width of all heads together.</summary>
    [JsonIgnore]
    public int Inner => NumHeads * DKv;

    /// <summary>Whether the feed-forward layer is gated.</summary>
    [JsonIgnore]
    public bool Gated => FeedForwardProj == "gated-gelu";

    /// <summary>Reads the configuration out of a config.json.</summary>
    /// <exception cref="UserErrorException">A key is missing, has the wrong type or a value that cannot be used.</exception>
    internal static T5Config Parse(JsonElement json, string path)
    {
        T5Config config;
        try
        {
            config = json.Deserialize<T5Config>(ModelJson.Options)!;
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path} is not a T5 configuration: {e.Message.Split('\n')[0].TrimEnd('.')}.", e);
        }

        return config.Check(path);
    }

    private T5Config Check(string path)
    {
        if (FeedForwardProj is not ("relu" or "gated-gelu"))
        {
            throw new UserErrorException($"{path}: feed_forward_proj is '{FeedForwardProj}', but only relu and gated-gelu are supported.");
        }

        ModelJson.CheckSizes(
            path,
            ("vocab_size", VocabSize), ("d_model", DModel), ("d_kv", DKv), ("d_ff", DFf),
            ("num_heads", NumHeads), ("relative_attention_max_distance", RelativeAttentionMaxDistance),
            ("relative_attention_num_buckets", RelativeAttentionNumBuckets), ("num_heads times d_kv", (long)NumHeads * DKv));
        ModelJson.CheckLayers(path, ("num_layers", NumLayers), ("num_decoder_layers", DecoderLayers));
        // Half of the buckets look back, half of those are exact: fewer than four leave none.
        if (RelativeAttentionNumBuckets < 4)
        {
            throw new UserErrorException($"{path}: relative_attention_num_buckets is {RelativeAttentionNumBuckets}; expected at least 4.");
        }

        foreach (var (key, id) in new[] { ("pad_token_id", PadTokenId), ("decoder_start_token_id", DecoderStartTokenId ?? 0) }.Where(
            t => t.Item2 < 0 || t.Item2 >= VocabSize))
        {
            throw new UserErrorException($"{path}: {key} is {id}, but the vocabulary has {VocabSize} ids.");
        }

        return DropoutRate is >= 0 and < 1 && LayerNormEpsilon > 0
            ? this : throw new UserErrorException($"{path}: dropout_rate must be in [0, 1) and layer_norm_epsilon above 0.");
    }
}
