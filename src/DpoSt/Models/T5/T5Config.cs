using System.Text.Json.Serialization;
using DpoSt.Models.Families;
using DpoSt.Tensors.Kernels;

namespace DpoSt.Models.T5;

/// <summary>config.json of a T5 model (T5Config of transformers); properties mirror its keys.</summary>
internal sealed record T5Config
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

    /// <summary><c>relu</c> (T5 v1.0), <c>gated-gelu</c> (T5 v1.1, Flan-T5) or another gated activation.</summary>
    public string FeedForwardProj { get; init; } = "relu";

    /// <summary>Whether the head is the embedding; transformers 5 says so of every T5, be it true or not.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Whether what enters the head is scaled by DModel^-0.5; <see cref="TieWordEmbeddings"/> where absent, as before transformers
    /// 5.</summary>
    public bool? ScaleDecoderOutputs { get; init; }

    /// <summary><c>t5</c> or <c>mt5</c>.</summary>
    public string ModelType { get; init; } = "t5";

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
    public bool Gated => FeedForwardProj.StartsWith("gated-", StringComparison.Ordinal);

    /// <summary>Whether the weights hold a head that is not the embedding; null where they are not known.</summary>
    [JsonIgnore]
    public bool? HasOwnHead { get; init; }

    /// <summary>
    /// Whether the head is the embedding, in effect: transformers 5 uses a head that the weights hold, and the embedding where they hold
    /// none, whatever the file says.
    /// </summary>
    [JsonIgnore]
    public bool IsTied => HasOwnHead switch
    {
        { } hasOwn => !hasOwn,
        null => ScaleDecoderOutputs ?? TieWordEmbeddings,
    };

    /// <summary>Whether what enters the head is scaled, in effect.</summary>
    [JsonIgnore]
    public bool IsScaled => ScaleDecoderOutputs ?? (TieWordEmbeddings && ModelType == "t5");

    /// <summary>The gate's activation.</summary>
    [JsonIgnore]
    internal GatedActivation Activation => GatedActivation.Named(ActivationOf(FeedForwardProj))!;

    /// <summary>Reads the configuration out of a config.json.</summary>
    /// <exception cref="UserErrorException">A key is missing, has the wrong type or a value that cannot be used.</exception>
    internal static T5Config Read(ConfigFields fields, string modelType, bool? hasOwnHead)
    {
        var (layers, vocabulary) = (fields.LayerCount("num_layers"), fields.Size("vocab_size"));
        var (pad, start) = (fields.Id("pad_token_id") ?? 0, fields.Id("decoder_start_token_id"));
        foreach (var (key, id) in ((string, int?)[])[("pad_token_id", pad), ("decoder_start_token_id", start)])
        {
            _ = id < vocabulary || id is null ? id : throw fields.Wrong(key, $"an id below vocab_size, {vocabulary}");
        }

        var (heads, size, buckets) = (
            fields.Size("num_heads"), fields.Size("d_kv"), fields.Size("relative_attention_num_buckets", 32));
        if ((long)heads * size > 1 << 24)
        {
            throw fields.Conflict($"num_heads times d_kv is {(long)heads * size}, more than any model has");
        }

        var scales = fields.IsNull("scale_decoder_outputs") ? (bool?)null : fields.Flag("scale_decoder_outputs", false);
        if (scales is true && modelType == "mt5")
        {
            throw fields.Wrong("scale_decoder_outputs", "false or nothing: mT5 does not scale what enters its head");
        }

        return new T5Config
        {
            ModelType = modelType,
            VocabSize = vocabulary,
            DModel = fields.Size("d_model"),
            DKv = size,
            DFf = fields.Size("d_ff"),
            NumLayers = layers,
            NumDecoderLayers = fields.LayerCount("num_decoder_layers", layers),
            NumHeads = heads,
            // Half of the buckets look back, half of those are exact: fewer than four leave none.
            RelativeAttentionNumBuckets =
                buckets >= 4 ? buckets : throw fields.Wrong("relative_attention_num_buckets", "at least 4"),
            RelativeAttentionMaxDistance = fields.Size("relative_attention_max_distance", 128),
            DropoutRate = fields.Dropout("dropout_rate", 0.1),
            LayerNormEpsilon = fields.Positive("layer_norm_epsilon", 1e-6),
            FeedForwardProj = FeedForward(fields, modelType == "t5" ? "relu" : "gated-gelu"),
            TieWordEmbeddings = fields.Flag("tie_word_embeddings", modelType == "t5"),
            ScaleDecoderOutputs = scales,
            HasOwnHead = hasOwnHead,
            PadTokenId = pad,
            DecoderStartTokenId = start,
        };
    }

    private static string ActivationOf(string kind) => kind == "gated-gelu" ? "gelu_new" : kind.Split('-')[^1];

    // The activation is said twice by newer files, and then the same.
    private static string FeedForward(ConfigFields fields, string otherwise)
    {
        var kind = fields.Text("feed_forward_proj") ?? otherwise;
        var (gated, name) = (kind.StartsWith("gated-", StringComparison.Ordinal), ActivationOf(kind));
        if (kind != "relu" && (!gated || GatedActivation.Named(name) is null))
        {
            throw fields.Wrong("feed_forward_proj", $"relu, or gated- before one of {string.Join(", ", GatedActivation.Names)}");
        }

        if (fields.Flag("is_gated_act", gated) != gated || (fields.Text("dense_act_fn") ?? name) != name)
        {
            throw fields.Conflict($"feed_forward_proj is '{kind}', but is_gated_act or dense_act_fn says otherwise");
        }

        return fields.Flag("is_encoder_decoder", true) ? kind : throw fields.Wrong("is_encoder_decoder", "true");
    }
}
