using System.Globalization;
using System.Text.Json;

namespace DpoSt.Models.Families;

/// <summary>The fields of a config.json, each read once: <see cref="Close"/> refuses those that nobody read and that could change a
/// result.</summary>
internal sealed class ConfigFields
{
    private const int MostOfASize = 1 << 24;
    private const int MostLayers = 4096;

    // What transformers keeps in every config.json, and the tools around it, and what no number that is computed here depends on.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "_attn_implementation", "_attn_implementation_autoset", "_commit_hash", "_name_or_path", "architectures", "attn_implementation",
        "auto_map", "bad_words_ids", "begin_suppress_tokens", "bos_token_id", "cache_implementation", "chunk_size_feed_forward",
        "classifier_dropout", "diversity_penalty", "do_sample", "dtype", "early_stopping", "encoder_no_repeat_ngram_size", "eos_token_id",
        "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id", "forced_eos_token_id", "gradient_checkpointing",
        "id2label", "initializer_factor", "initializer_range", "is_decoder", "is_llama_config", "keys_to_ignore_at_inference", "label2id",
        "length_penalty", "max_length", "max_position_embeddings", "max_sequence_length", "min_length", "model_name", "model_type",
        "n_positions", "neftune_noise_alpha", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_labels",
        "num_return_sequences", "output_attentions", "output_hidden_states", "output_past", "output_scores", "pad_token_id", "prefix",
        "pretraining_tp", "problem_type", "remove_invalid_values", "repetition_penalty", "return_dict", "return_dict_in_generate",
        "sep_token_id", "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss", "tokenizer_class", "top_k", "top_p",
        "torch_dtype", "torchscript", "transformers.js_config", "transformers_version", "typical_p", "unsloth_fixed", "unsloth_version",
        "use_bfloat16", "use_cache", "use_return_dict",
    };

    private readonly JsonElement json;
    private readonly string path;
    private readonly string within;
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    /// <summary>The fields of a file, or of an object in it.</summary>
    /// <exception cref="UserErrorException">The file holds no object.</exception>
    public ConfigFields(JsonElement json, string path, string within = "")
    {
        (this.json, this.path, this.within) = (json, path, within);
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new UserErrorException($"{path}: {(within.Length == 0 ? "the file" : within.TrimEnd('.'))} must be a JSON object.");
        }
    }

    /// <summary>Whether nothing is in it.</summary>
    public bool IsEmptyObject => !json.EnumerateObject().Any();

    /// <summary>Whether a field is there, be it null.</summary>
    public bool Has(string key) => json.TryGetProperty(key, out _);

    /// <summary>Whether a field is absent or null.</summary>
    public bool IsNull(string key) => !json.TryGetProperty(key, out var e) || e.ValueKind == JsonValueKind.Null;

    /// <summary>A size that a model can have.</summary>
    public int Size(string key, int? otherwise = null) => OptionalSize(key) ?? otherwise ?? throw Missing(key);

    /// <summary>The same; null where it is absent or null.</summary>
    public int? OptionalSize(string key) =>
        (int?)Read(key, e => e.TryGetInt64(out var n) && n is >= 1 and <= MostOfASize ? (double)n : null,
        $"a whole number from 1 to {MostOfASize}");

    /// <summary>A number of layers: each is a dozen objects before a weight is looked at.</summary>
    public int LayerCount(string key, int? otherwise = null) =>
        (int?)Read(key, e => e.TryGetInt64(out var n) && n is >= 1 and <= MostLayers ? (double)n : null,
            $"a whole number from 1 to {MostLayers}") ?? otherwise ?? throw Missing(key);

    /// <summary>A token's id.</summary>
    public int? Id(string key) =>
        (int?)Read(key, e => e.TryGetInt64(out var n) && n is >= 0 and <= MostOfASize ? (double)n : null, "a token id");

    /// <summary>A finite number.</summary>
    public double Number(string key, double? otherwise = null) => OptionalNumber(key) ?? otherwise ?? throw Missing(key);

    /// <summary>The same; null where it is absent or null.</summary>
    public double? OptionalNumber(string key) =>
        Read(key, e => e.TryGetDouble(out var n) && double.IsFinite(n) ? n : null, "a number");

    /// <summary>A number above zero.</summary>
    public double Positive(string key, double? otherwise = null) => OptionalPositive(key) ?? otherwise ?? throw Missing(key);

    /// <summary>The same; null where it is absent or null.</summary>
    public double? OptionalPositive(string key) => OptionalNumber(key) is { } n ? n > 0 ? n : throw Wrong(key, "a number above 0") : null;

    /// <summary>A probability of dropout.</summary>
    public double Dropout(string key, double otherwise = 0) =>
        Number(key, otherwise) is >= 0 and < 1 and var n ? n : throw Wrong(key, "a number from 0 to below 1");

    /// <summary>Yes or no.</summary>
    public bool Flag(string key, bool otherwise) => Value(key) is { } e
        ? e.ValueKind is JsonValueKind.True or JsonValueKind.False ? e.GetBoolean() : throw Wrong(key, "true or false") : otherwise;

    /// <summary>A word; null where it is absent or null.</summary>
    public string? Text(string key) => Value(key) is { } e
        ? e.ValueKind == JsonValueKind.String ? e.GetString() : throw Wrong(key, "a string") : null;

    /// <summary>A list of numbers of a length.</summary>
    public double[] Numbers(string key, int count)
    {
        var list = Value(key) ?? throw Missing(key);
        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == count
            && list.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number)
            ? [.. list.EnumerateArray().Select(e => e.GetDouble())] : throw Wrong(key, $"a list of {count} numbers");
    }

    /// <summary>A list of words of a length; null where it is absent or null.</summary>
    public string[]? Words(string key, int count) => Value(key) is not { } list ? null
        : list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == count
            && list.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(e => e.GetString()!)] : throw Wrong(key, $"a list of {count} words");

    /// <summary>An object; null where it is absent or null.</summary>
    public ConfigFields? Object(string key) => Value(key) is { } e ? new ConfigFields(e, path, $"{within}{key}.") : null;

    /// <summary>Fields that change nothing in this family, whatever they say.</summary>
    public void Skip(params string[] keys) => read.UnionWith(keys);

    /// <summary>A sentence for a field whose value cannot be used.</summary>
    public UserErrorException Wrong(string key, string expected) =>
        new($"{path}: {within}{key} is {(json.TryGetProperty(key, out var e) ? Shown(e) : "absent")}; expected {expected}.");

    /// <summary>A sentence for fields that cannot be together.</summary>
    public UserErrorException Conflict(string problem) => new($"{path}: {within}{problem}.");

    /// <summary>All that are left must be harmless: known to be so, or null, false or empty.</summary>
    /// <exception cref="UserErrorException">Names one that is not.</exception>
    public void Close()
    {
        foreach (var field in json.EnumerateObject().Where(f => !read.Contains(f.Name) && !IsEmpty(f.Value)))
        {
            if (within.Length > 0 || !Harmless.Contains(field.Name))
            {
                throw new UserErrorException(
                    $"{path}: {within}{field.Name} is {Shown(field.Value)}, which dpost does not know for this model, "
                    + "so that it might compute "
                    + "something else than was trained: remove the field if you know that it changes nothing.");
            }
        }
    }

    private static bool IsEmpty(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => e.GetArrayLength() == 0,
        JsonValueKind.Object => !e.EnumerateObject().Any(),
        JsonValueKind.String => e.GetString()!.Length == 0,
        _ => false,
    };

    private static string Shown(JsonElement e)
    {
        var text = e.GetRawText();
        return text.Length <= 80 ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..80]}...");
    }

    private double? Read(string key, Func<JsonElement, double?> number, string expected) => Value(key) is not { } e ? null
        : e.ValueKind == JsonValueKind.Number && number(e) is { } n ? n : throw Wrong(key, expected);

    private JsonElement? Value(string key)
    {
        read.Add(key);
        return json.TryGetProperty(key, out var e) && e.ValueKind != JsonValueKind.Null ? e : null;
    }

    private UserErrorException Missing(string key) => new($"{path}: {within}{key} is missing: the model cannot be known without it.");
}
