using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.Models.Checkpoints;

namespace DpoSt.Models.Llama;

/// <summary>config.json of a Llama model (LlamaConfig of transformers); properties mirror its keys.</summary>
public sealed record LlamaConfig
{
    /// <summary>Rows of the embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Layers.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Key and value heads, each shared by several query heads; as many as query heads where absent.</summary>
    public int? NumKeyValueHeads { get; init; }

    /// <summary>Size of a head; <see cref="HiddenSize"/> over <see cref="NumAttentionHeads"/> where absent.</summary>
    public int? HeadDim { get; init; }

    /// <summary>Epsilon of the norms.</summary>
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>The base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>How the rotary frequencies are stretched; null leaves them as they are.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Where newer files keep both of these.</summary>
    public RopeScaling? RopeParameters { get; init; }

    /// <summary>Whether the head is the embedding.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Dropout of attention probabilities in training.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>The feed-forward activation; only <c>silu</c> is known.</summary>
    public string HiddenAct { get; init; } = "silu";

    /// <summary>Whether attention maps have biases; not supported.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether feed-forward maps have biases; not supported.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Standard deviation of fresh matrices.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Key and value heads in effect.</summary>
    [JsonIgnore]
    public int KeyValueHeads => NumKeyValueHeads ?? NumAttentionHeads;

    /// <summary>Size of a head in effect.</summary>
    [JsonIgnore]
    public int HeadSize => HeadDim ?? HiddenSize / Math.Max(1, NumAttentionHeads);

    /// <summary>Width of all query heads together.</summary>
    [JsonIgnore]
    public int Inner => NumAttentionHeads * HeadSize;

    /// <summary>Width of all key (or value) heads together.</summary>
    [JsonIgnore]
    public int KeyValueInner => KeyValueHeads * HeadSize;

    /// <summary>Reads the configuration out of a config.json.</summary>
    /// <exception cref="UserErrorException">A key is missing, has the wrong type or a value that cannot be used.</exception>
    internal static LlamaConfig Parse(JsonElement json, string path)
    {
        LlamaConfig config;
        try
        {
            config = json.Deserialize<LlamaConfig>(ModelJson.Options)!;
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path} is not a Llama configuration: {e.Message.Split('\n')[0].TrimEnd('.')}.", e);
        }

        if (config.RopeParameters is { } newer)
        {
            config = config with { RopeScaling = newer, RopeTheta = newer.RopeTheta ?? config.RopeTheta, RopeParameters = null };
        }

        config.Check(path);
        config.RopeScaling?.Check(path);
        return config;
    }

    private void Check(string path)
    {
        ModelJson.CheckSizes(
            path,
            ("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("intermediate_size", IntermediateSize),
            ("num_attention_heads", NumAttentionHeads), ("num_key_value_heads", KeyValueHeads), ("head_dim", HeadSize),
            ("num_attention_heads times head_dim", (long)NumAttentionHeads * HeadSize));
        ModelJson.CheckLayers(path, ("num_hidden_layers", NumHiddenLayers));
        (bool Holds, string Problem)[] rules =
        [
            (HiddenAct == "silu", $"hidden_act is '{HiddenAct}', but only silu is supported"),
            (!AttentionBias && !MlpBias, "attention_bias and mlp_bias must be false: maps with biases are not supported"),
            (NumAttentionHeads % KeyValueHeads == 0,
                $"num_attention_heads ({NumAttentionHeads}) must be a multiple of num_key_value_heads ({KeyValueHeads})"),
            (HeadSize % 2 == 0, $"head_dim must be even, but is {HeadSize}: positions turn pairs of numbers"),
            (AttentionDropout is >= 0 and < 1 && RmsNormEps > 0
                && RopeTheta > 0, "attention_dropout must be in [0, 1), rms_norm_eps and rope_theta above 0"),
        ];
        foreach (var (_, problem) in rules.Where(r => !r.Holds))
        {
            throw new UserErrorException($"{path}: {problem}.");
        }
    }
}
