using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DpoSt.Runs;

/// <summary>A stage's options by the keys that a configuration has for them, so that a person can read what differs. Keys of content are
/// made from the options themselves; these are words.</summary>
internal static class NamedOptions
{
    private const int Longest = 80;
    private const int Listed = 5;
    private const string NotSet = "not set";

    // Where the name in the code is not that of the key. A limit is another key in each objective.
    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["Recipe.BatchSize"] = "trainer.per_device_train_batch_size",
        ["Recipe.GradientAccumulation"] = "trainer.gradient_accumulation_steps",
        ["Recipe.Epochs"] = "trainer.num_train_epochs",
        ["Recipe.Schedule"] = "trainer.lr_scheduler_type",
        ["Recipe.MinRateRatio"] = "trainer.lr_scheduler_kwargs.min_lr_rate",
        ["Recipe.Cycles"] = "trainer.lr_scheduler_kwargs.num_cycles",
        ["Recipe.Power"] = "trainer.lr_scheduler_kwargs.power",
        ["Recipe.EndRate"] = "trainer.lr_scheduler_kwargs.lr_end",
        ["Recipe.LengthWindow"] = "trainer.group_by_length_window",
        ["Recipe.MeanOfMeans"] = "compat (means of means)",
        ["AdamW.WeightDecay"] = "trainer.weight_decay",
        ["AdamW.Beta1"] = "trainer.adam_beta1",
        ["AdamW.Beta2"] = "trainer.adam_beta2",
        ["AdamW.Epsilon"] = "trainer.adam_epsilon",
        ["Lora.IsGaussian"] = "trainer.lora.init_lora_weights (gaussian)",
        ["Resampling.Every"] = "trainer.resample_every",
        ["Resampling.QuestionsAtOnce"] = "trainer.resample_questions",
        ["Answers.MaxPromptTokens"] = "data.max_src_len",
        ["Answers.UseCalculator"] = "eval.use_calc",
        ["Answers.Engine"] = "generation.kind",
        ["Decoding.MaxNewTokens"] = "eval.max_new_tokens",
        ["Decoding.Slots"] = "eval.slots",
        ["Decoding.Seed"] = "seed",
        ["Prompt.OwnTemplate"] = "data.template (its text)",
        ["Prompt.Arguments"] = "data.template_args",
        ["Prompt.PaperText"] = "compat (the paper's texts)",
        ["Verifier.Name"] = "data.verifier",
        ["sft Limits.Prompt"] = "data.max_src_len",
        ["sft Limits.Completion"] = "data.max_tgt_len",
        ["sft Limits.Total"] = "data.model_max_length",
        ["dpo Limits.Prompt"] = "trainer.max_prompt_length",
        ["dpo Limits.Completion"] = "trainer.max_target_length",
        ["dpo Limits.Total"] = "trainer.max_length",
    };

    private static readonly Dictionary<string, string> Sections = new(StringComparer.Ordinal)
    {
        ["Recipe"] = "trainer.",
        ["Lora"] = "trainer.lora.",
        ["Loss"] = "trainer.",
        ["Decoding"] = "eval.sampling.",
        ["Answers"] = "eval.",
        ["Prompt"] = "data.",
        ["Verifier"] = "data.verifier_",
        ["Options"] = "selection.",
        ["Selection"] = "selection.",
    };

    /// <summary>The options by their keys, each value as JSON writes it; empty where they have no names.</summary>
    public static SortedDictionary<string, string> Of(object options)
    {
        var root = JsonSerializer.SerializeToElement(options);
        var named = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (root.ValueKind == JsonValueKind.Object)
        {
            var objective = root.TryGetProperty("Objective", out var given) && given.ValueKind == JsonValueKind.String
                ? given.GetString()! : "";
            Add(named, root, [], objective);
        }

        return named;
    }

    /// <summary>What differs, in words: <c>trainer.learning_rate 5E-05 -> 0.0001</c>; empty where nothing does, or one side is unknown.
    /// </summary>
    public static string Difference(IReadOnlyDictionary<string, string>? before, IReadOnlyDictionary<string, string>? now)
    {
        if (before is null or { Count: 0 } || now is null or { Count: 0 })
        {
            return "";
        }

        var all = before.Keys.Union(now.Keys, StringComparer.Ordinal)
            .Select(key => (Key: key, Before: before.GetValueOrDefault(key, NotSet), Now: now.GetValueOrDefault(key, NotSet)))
            .Where(option => option.Before != option.Now)
            .Select(option => $"{option.Key} {option.Before} -> {option.Now}")
            .ToList();
        return string.Join(", ", all.Take(Listed)) + (all.Count > Listed ? $" and {all.Count - Listed} more" : "");
    }

    private static void Add(SortedDictionary<string, string> named, JsonElement value, IReadOnlyList<string> path, string objective)
    {
        if (value.ValueKind == JsonValueKind.Object && path is not [.., "Arguments"])
        {
            foreach (var property in value.EnumerateObject())
            {
                Add(named, property.Value, [.. path, property.Name], objective);
            }
        }
        else if (value.ValueKind != JsonValueKind.Null)
        {
            named[KeyOf(path, objective)] = Brief(value.GetRawText());
        }
    }

    private static string KeyOf(IReadOnlyList<string> path, string objective)
    {
        var last = path.Count > 1 ? $"{path[^2]}.{path[^1]}" : path[^1];
        if (Keys.TryGetValue(last, out var key) || Keys.TryGetValue($"{objective} {last}", out key))
        {
            return key;
        }

        var section = path.Count > 1 ? Sections.GetValueOrDefault(path[^2]) : null;
        return section is not null ? section + Snake(path[^1]) : string.Join('.', path.Select(Snake));
    }

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    // A template is long: its beginning, and what tells it from another.
    private static string Brief(string text) => text.Length <= Longest ? text : string.Create(
        CultureInfo.InvariantCulture,
        $"{text[..Longest]}... ({text.Length} characters, {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8]})");
}
