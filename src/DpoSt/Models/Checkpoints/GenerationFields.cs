using System.Text.Json;
using DpoSt.Hub;

namespace DpoSt.Models.Checkpoints;

/// <summary>generation_config.json: what dpost reads of it, what cannot change an answer here, and the rest.</summary>
internal static class GenerationFields
{
    /// <summary>The file's name.</summary>
    public const string FileName = "generation_config.json";

    // Temperature, top-k, lengths and the like are dpost's own options; ids other than those of the end are config.json's.
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "_from_model_config", "assistant_confidence_threshold", "assistant_early_exit", "assistant_lookbehind", "bos_token_id",
        "cache_implementation", "chat_format", "compile_config", "disable_compile", "do_sample", "early_stopping",
        "eos_token_id", "is_assistant", "length_penalty", "low_memory", "max_length",
        "max_matching_ngram_size",
        "max_new_tokens", "max_time", "max_window_size", "min_p", "num_assistant_tokens", "num_assistant_tokens_schedule",
        "num_return_sequences", "output_attentions", "output_hidden_states", "output_logits", "output_scores", "pad_token_id",
        "prefill_chunk_size", "remove_invalid_values", "renormalize_logits", "return_dict_in_generate", "target_lookbehind", "temperature",
        "top_h", "top_k", "top_p", "transformers_version", "trust_remote_code", "typical_p", "use_cache",
    };

    // What these say is nothing where it is said so.
    private static readonly Dictionary<string, double> Neutral = new(StringComparer.Ordinal)
    {
        ["diversity_penalty"] = 0,
        ["encoder_no_repeat_ngram_size"] = 0,
        ["encoder_repetition_penalty"] = 1,
        ["epsilon_cutoff"] = 0,
        ["eta_cutoff"] = 0,
        ["guidance_scale"] = 1,
        ["min_length"] = 0,
        ["min_new_tokens"] = 0,
        ["no_repeat_ngram_size"] = 0,
        ["num_beam_groups"] = 1,
        ["num_beams"] = 1,
        ["repetition_penalty"] = 1,
    };

    /// <summary>The fields, with their values, by which transformers would change answers and dpost does not.</summary>
    /// <exception cref="UserErrorException">The file is not valid JSON.</exception>
    public static IReadOnlyList<string> LeftOut(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return [];
        }

        using var document = ModelJson.Parse(path);
        return document.RootElement.ValueKind != JsonValueKind.Object ? [] : [.. document.RootElement.EnumerateObject()
            .Where(field => !Known.Contains(field.Name) && !IsNeutral(field) && !IsConfigs(field, folder))
            .Select(field => $"{field.Name} {Shown(field.Value)}")];
    }

    // transformers begins answers with this one, and counts losses with config.json's.
    private static bool IsConfigs(JsonProperty field, string folder)
    {
        var path = Path.Combine(folder, CheckpointFiles.Config);
        if (field.Name != "decoder_start_token_id" || !File.Exists(path))
        {
            return false;
        }

        using var document = ModelJson.Parse(path);
        return new[] { field.Name, "pad_token_id" }
            .Select(name => document.RootElement.TryGetProperty(name, out var id) && id.ValueKind == JsonValueKind.Number
                ? id.GetRawText() : null)
            .OfType<string>().FirstOrDefault() == field.Value.GetRawText();
    }

    private static bool IsNeutral(JsonProperty field) => field.Value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => field.Value.GetArrayLength() == 0,
        JsonValueKind.Number => Neutral.TryGetValue(field.Name, out var neutral) && field.Value.GetDouble() == neutral,
        _ => false,
    };

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > 40 } text ? text[..40] + "..." : value.GetRawText();
}
