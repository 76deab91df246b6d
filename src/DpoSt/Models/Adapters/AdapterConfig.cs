using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Hub;
using DpoSt.Models.Checkpoints;

namespace DpoSt.Models.Adapters;

/// <summary>PEFT's adapter_config.json: what an adapter changes, and which model it belongs to.</summary>
/// <param name="Base">The model, as the file names it: a folder, or a name on the hub.</param>
/// <param name="Options">What is changed.</param>
internal sealed record AdapterConfig(string Base, LoraOptions Options)
{
    /// <summary>The file.</summary>
    public const string FileName = CheckpointFiles.Adapter;

    private const string Kind = "LORA";

    // What cannot change what an adapter computes.
    private static readonly string[] Neutral =
    [
        "auto_mapping", "inference_mode", "task_type", "peft_version", "megatron_core", "qalora_group_size", "lora_dropout",
        "ensure_weight_tying",
    ];

    /// <summary>Reads a folder's file.</summary>
    /// <exception cref="UserErrorException">It is no adapter of this kind, or it asks for what dpost does not do.</exception>
    public static AdapterConfig Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        using var document = ModelJson.Parse(path);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new UserErrorException($"{path} is not a JSON object: download the adapter again.");
        }

        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in document.RootElement.EnumerateObject())
        {
            if (!fields.TryAdd(field.Name, field.Value))
            {
                throw new UserErrorException($"{path}: {Shown.Text(field.Name)} comes twice: download the adapter again.");
            }
        }

        var kind = Text("peft_type");
        if (kind != Kind)
        {
            throw new UserErrorException(
                $"{path}: peft_type is {Shown.Quoted(kind ?? "missing")}; dpost reads adapters of the kind {Kind}.");
        }

        var options = new LoraOptions
        {
            R = (int)Number("r", 8, 1),
            LoraAlpha = Number("lora_alpha", 8, double.Epsilon),
            UseRslora = Flag("use_rslora"),
            TargetModules = Take("target_modules") switch
            {
                { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(m => m.ValueKind == JsonValueKind.String) =>
                    [.. list.EnumerateArray().Select(m => m.GetString()!)],
                { ValueKind: JsonValueKind.String } all when all.ValueEquals(LoraOptions.AllLinear) => [LoraOptions.AllLinear],
                null or { ValueKind: JsonValueKind.Null } => null,
                var other => throw Refused("target_modules", other.Value, "a list of names, or all-linear"),
            },
            IsGaussian = Take("init_lora_weights") switch
            {
                null or { ValueKind: JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null } => false,
                { ValueKind: JsonValueKind.String } how when how.ValueEquals("gaussian") => true,
                var other => throw Refused("init_lora_weights", other.Value, "true, false or \"gaussian\": others change the base too"),
            },
        };
        if (Take("bias") is { } bias && !(bias.ValueKind == JsonValueKind.String && bias.ValueEquals("none")))
        {
            throw Refused("bias", bias, "\"none\"");
        }

        if (Take("revision") is { ValueKind: not JsonValueKind.Null } revision && !(revision.ValueKind == JsonValueKind.String
            && revision.GetString() is "" or HubModels.Main))
        {
            throw Refused("revision", revision, "null: download that revision, and name its folder as base_model_name_or_path");
        }

        var model = Text("base_model_name_or_path") is { Length: > 0 } named ? named : throw new UserErrorException(
            $"{path} does not say which model it belongs to; give base_model_name_or_path, a folder or a name on the hub.");
        foreach (var (name, value) in fields.Where(f => !Neutral.Contains(f.Key, StringComparer.Ordinal) && !IsEmpty(f.Value)))
        {
            throw Refused(name, value, "null, false or empty, for dpost does not do this");
        }

        return new AdapterConfig(model, options);

        JsonElement? Take(string name) => fields.Remove(name, out var value) ? value : null;

        string? Text(string name) => Take(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

        bool Flag(string name) => Take(name) switch
        {
            null or { ValueKind: JsonValueKind.False or JsonValueKind.Null } => false,
            { ValueKind: JsonValueKind.True } => true,
            var other => throw Refused(name, other.Value, "true or false"),
        };

        double Number(string name, double absent, double least) => Take(name) switch
        {
            null or { ValueKind: JsonValueKind.Null } => absent,
            { ValueKind: JsonValueKind.Number } n when n.GetDouble() >= least && n.GetDouble() <= 1 << 20 => n.GetDouble(),
            var other => throw Refused(name, other.Value, "a positive number"),
        };

        UserErrorException Refused(string name, JsonElement value, string expected) =>
            new($"{path}: {name} is {Shown.Text(value.GetRawText())}; expected {expected}.");
    }

    /// <summary>Writes it into a folder, with the fields that PEFT needs.</summary>
    /// <param name="modules">The modules that are changed.</param>
    /// <param name="isCausal">Whether the model is a decoder alone.</param>
    public void Write(string folder, IReadOnlyList<string> modules, bool isCausal)
    {
        var json = new JsonObject
        {
            ["base_model_name_or_path"] = Base,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = Options.IsGaussian ? "gaussian" : true,
            ["lora_alpha"] = Options.LoraAlpha == Math.Floor(Options.LoraAlpha) ? (long)Options.LoraAlpha : Options.LoraAlpha,
            ["lora_dropout"] = 0.0,
            ["modules_to_save"] = null,
            ["peft_type"] = Kind,
            ["r"] = Options.R,
            ["target_modules"] = new JsonArray([.. modules.Order(StringComparer.Ordinal).Select(m => JsonValue.Create(m))]),
            ["task_type"] = isCausal ? "CAUSAL_LM" : "SEQ_2_SEQ_LM",
            ["use_dora"] = false,
            ["use_rslora"] = Options.UseRslora,
        };
        File.WriteAllText(Path.Combine(folder, FileName), json.ToJsonString(ModelJson.Options) + "\n");
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
