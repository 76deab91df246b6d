using System.Globalization;
using System.Text.Json;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Decoder;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.Gguf;

/// <summary>A decoder as llama.cpp names it: its architecture, sizes and tensors.</summary>
internal sealed class GgufModel
{
    // llama.cpp's names for what transformers calls so within a layer.
    private static readonly Dictionary<string, string> Parts = new(StringComparer.Ordinal)
    {
        ["input_layernorm"] = "attn_norm",
        ["self_attn.q_proj"] = "attn_q",
        ["self_attn.k_proj"] = "attn_k",
        ["self_attn.v_proj"] = "attn_v",
        ["self_attn.o_proj"] = "attn_output",
        ["self_attn.q_norm"] = "attn_q_norm",
        ["self_attn.k_norm"] = "attn_k_norm",
        ["pre_feedforward_layernorm"] = "ffn_norm",
        ["post_feedforward_layernorm"] = "post_ffw_norm",
        ["mlp.gate_proj"] = "ffn_gate",
        ["mlp.up_proj"] = "ffn_up",
        ["mlp.down_proj"] = "ffn_down",
    };

    private readonly DecoderTraits traits;
    private readonly HubCheckpoint checkpoint;
    private readonly JsonElement config;
    private readonly string folder;

    /// <summary>A model's folder as llama.cpp would have it.</summary>
    /// <exception cref="UserErrorException">llama.cpp computes something of it otherwise, or we do not know how.</exception>
    public GgufModel(DecoderTraits traits, HubCheckpoint checkpoint, JsonElement config, string folder)
    {
        (this.traits, this.checkpoint, this.config, this.folder) = (traits, checkpoint, config, folder);
        Architecture = traits.Family switch
        {
            "llama" or "mistral" => "llama",
            "qwen2" or "qwen3" => traits.Family,
            "gemma3_text" => "gemma3",
            var other => throw No($"models of the kind {other} are not exported yet; llama, mistral, qwen2, qwen3 and gemma3_text are"),
        };
        Check();
    }

    /// <summary>llama.cpp's name of the family.</summary>
    public string Architecture { get; }

    // That of layers which see all before them, where there are others.
    private Rope Rope =>
        (traits.Layers.FirstOrDefault(layer => layer.Window is null) ?? traits.Layers[0]).Rope ?? throw No("a layer has no positions");

    // llama.cpp divides scores by the root of a head's size; another scale goes into the norm of queries, which scores are linear in.
    private double QueryFactor => traits.Scale * Math.Sqrt(traits.HeadSize);

    private bool TurnsNeighbours => Architecture == "llama"; // pairs (2i, 2i + 1), where transformers has (i, i + R/2)

    /// <summary>Sizes and constants, by llama.cpp's names.</summary>
    public IEnumerable<(string Name, object Value)> Facts()
    {
        yield return ("general.architecture", Architecture);
        foreach (var (name, value) in new (string, object)[]
        {
            ("vocab_size", (uint)traits.VocabSize),
            ("context_length", (uint)Longest()),
            ("embedding_length", (uint)traits.HiddenSize),
            ("block_count", (uint)traits.Layers.Count),
            ("feed_forward_length", (uint)traits.IntermediateSize),
            ("attention.head_count", (uint)traits.Heads),
            ("attention.head_count_kv", (uint)traits.KeyValueHeads),
            ("attention.key_length", (uint)traits.HeadSize),
            ("attention.value_length", (uint)traits.HeadSize),
            ("attention.layer_norm_rms_epsilon", (float)traits.NormEpsilon),
            ("rope.dimension_count", (uint)(2 * Rope.Frequencies.Length)),
            ("rope.freq_base", (float)Theta(Rope)),
        })
        {
            yield return ($"{Architecture}.{name}", value);
        }

        if (traits.Layers[0].Window is { } window)
        {
            yield return ($"{Architecture}.attention.sliding_window", (uint)window);
        }

        if (Architecture != "llama" && Factors(Rope)[0] is not 1 and var factor)
        {
            yield return ($"{Architecture}.rope.scaling.type", "linear");
            yield return ($"{Architecture}.rope.scaling.factor", factor);
        }
    }

    /// <summary>All tensors; vectors stay in 32 bits, as llama.cpp wants them.</summary>
    public IEnumerable<GgufTensor> Tensors(GgufType type)
    {
        if (Architecture == "llama" && Factors(Rope).Any(factor => factor != 1))
        {
            yield return new GgufTensor("rope_freqs.weight", [Rope.Frequencies.Length], GgufType.F32, () => Factors(Rope));
        }

        foreach (var spec in DecoderWeights.Specs(traits))
        {
            var row = 0L;
            foreach (var slice in spec.Slices)
            {
                var (first, shape) = (row, (long[])[slice.Rows, .. spec.Shape[1..]]);
                row += slice.Rows;
                var isBlocks = type == GgufType.Q8 && shape[^1] % GgufNumbers.Block != 0;
                yield return new GgufTensor(
                    NameOf(slice.Name), shape, shape.Length == 1 ? GgufType.F32 : isBlocks ? GgufType.F16 : type,
                    () => Numbers(spec, slice, first));
            }
        }
    }

    private float[] Numbers(ParameterSpec spec, HubSlice slice, long first)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var numbers = checkpoint.Read(spec).narrow(0, first, slice.Rows);
        var heads = slice.Name.Contains(".q_proj.", StringComparison.Ordinal) ? traits.Heads
            : slice.Name.Contains(".k_proj.", StringComparison.Ordinal) ? traits.KeyValueHeads : 0;
        if (TurnsNeighbours && heads > 0)
        {
            numbers = numbers.reshape(heads, 2, slice.Rows / heads / 2, -1).transpose(1, 2);
        }

        if (traits.NormsAddOne && slice.Name.EndsWith("norm.weight", StringComparison.Ordinal))
        {
            numbers = numbers + 1;
        }

        if (slice.Name.Contains(".q_norm.", StringComparison.Ordinal) && QueryFactor != 1)
        {
            numbers = numbers * QueryFactor;
        }

        var read = numbers.contiguous().data<float>().ToArray();
        checkpoint.Release(spec);
        return read;
    }

    private string NameOf(string hub)
    {
        var parts = hub.Split('.');
        if (parts is not ["model", "layers", var layer, .. var within])
        {
            return hub switch
            {
                "model.embed_tokens.weight" => "token_embd.weight",
                "model.norm.weight" => "output_norm.weight",
                _ => "output.weight",
            };
        }

        var name = string.Join('.', within[..^1]);
        var own = name == "post_attention_layernorm" ? traits.NormsAfter ? "post_attention_norm" : "ffn_norm" : Parts[name];
        return $"blk.{layer}.{own}.{within[^1]}";
    }

    // What llama.cpp fixes for a family must be so here.
    private void Check()
    {
        if (traits.Activation != (Architecture == "gemma3" ? GatedActivation.GeluTanh : GatedActivation.Silu))
        {
            throw No("its activation is another than llama.cpp has for this family");
        }

        var windows = traits.Layers.Select(layer => layer.Window).ToList();
        if (Architecture == "gemma3")
        {
            var isUsual = windows.Index().All(w => (w.Item is null) == (w.Index % 6 == 5)) || windows.TrueForAll(w => w is null);
            var local = traits.Layers[0].Rope;
            var isKnown = isUsual && local is not null
                && (windows[0] is null || (Theta(local) == 10_000 && Factors(local).All(f => f == 1)))
                && traits is { ScoreCap: null, LogitCap: null };
            _ = isKnown ? true : throw No("its windows, positions or caps are not those that llama.cpp has for gemma3");
        }
        else if (windows.Exists(window => window is not null))
        {
            throw No("it has a window, which llama.cpp does not have for this family");
        }

        if (Math.Abs(QueryFactor - 1) > 1e-6 && !traits.NormsHeads)
        {
            throw No("its scores have another scale than llama.cpp's");
        }

        if (traits.Layers.Any(layer => layer.Rope is null or { Magnitude: not 1 } or { Long: not null }) || traits.OutputBias
            || traits.FeedForwardBias
            || (Architecture != "llama" && Factors(Rope).Distinct().Count() > 1))
        {
            throw No("its positions or biases are of a kind that is not exported yet");
        }
    }

    // How much slower each pair turns than the base says.
    private float[] Factors(Rope rope) =>
        [.. RopeScaling.Plain(2 * rope.Frequencies.Length, Theta(rope)).Zip(
            rope.Frequencies, (plain, scaled) => plain == scaled ? 1 : plain / scaled)];

    // The base is among those that config.json names: the one whose quickest pairs turn as they do here.
    private double Theta(Rope rope)
    {
        var size = 2 * rope.Frequencies.Length;
        var found = Numbers(
            config, name => name.StartsWith("rope_", StringComparison.Ordinal) && name.EndsWith("theta", StringComparison.Ordinal)
                || name == "rope_local_base_freq")
            .Append(10_000).Append(1_000_000)
            .MinBy(Distance);
        return Distance(found) < 1e-4 ? found : throw No("the base of its positions is not in config.json");

        double Distance(double theta) => size < 4 ? 0 : Math.Abs(Math.Log(
            RopeScaling.Plain(size, theta)[1] / rope.Frequencies[1] * rope.Frequencies[0]));
    }

    private static IEnumerable<double> Numbers(JsonElement json, Func<string, bool> named) =>
        json.ValueKind != JsonValueKind.Object ? [] : json.EnumerateObject().SelectMany(field =>
            field.Value.ValueKind == JsonValueKind.Number && named(field.Name) ? [field.Value.GetDouble()] : Numbers(field.Value, named));

    private long Longest() => Numbers(config, name => name == "max_position_embeddings").Select(n => (long)n).DefaultIfEmpty(2048).First();

    private UserErrorException No(string why) => new(string.Create(
        CultureInfo.InvariantCulture, $"{folder}: the model cannot be exported as GGUF: {why}."));
}
