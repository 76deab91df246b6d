using System.Globalization;
using System.Text.Json;
using DpoSt.Text.Tokenizers.Json;

namespace DpoSt.Text.Tokenizers;

/// <summary>Reads what lies beside a tokenizer: `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`.</summary>
internal static class TokenizerConfigFiles
{
    private static readonly string[] Read =
    [
        "bos_token", "eos_token", "pad_token", "add_bos_token", "add_eos_token", "tokenizer_class", "add_prefix_space", "legacy",
        "extra_ids", "added_tokens_decoder",
    ];

    // Fields that change ids unless they say this.
    private static readonly (string Field, string Harmless)[] Harmless =
    [
        ("split_special_tokens", "false"), ("fix_mistral_regex", "false"), ("do_lower_case", "false"), ("sp_model_kwargs", "{}"),
        ("errors", "\"replace\""),
    ];

    // transformers knows that the files of these families name a class that is not theirs.
    private static readonly string[] FamiliesOfAnotherClass = ["phi3", "qwen2"];

    // The roles that a token has by being named so, and lists of tokens that have none.
    private static readonly string[] Roles =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private static readonly string[] FurtherSpecials = ["extra_special_tokens", "additional_special_tokens"];

    // None of these changes an id. Some say how transformers shapes batches, shows text or finds code, some repeat what other files say.
    private static readonly string[] WithoutEffect =
    [
        "model_specific_special_tokens", "model_max_length", "max_length", "max_len",
        "padding_side", "truncation_side", "truncation_strategy", "pad_to_multiple_of", "pad_token_type_id", "stride",
        "model_input_names", "clean_up_tokenization_spaces", "spaces_between_special_tokens", "use_default_system_prompt",
        "chat_template", "default_chat_template", "response_template", "response_schema", "name_or_path", "special_tokens_map_file",
        "tokenizer_file", "vocab_file", "merges_file", "backend", "is_local", "use_fast", "auto_map", "processor_class", "device_map",
        "transformers_version", "trust_remote_code", "revision", "local_files_only", "_commit_hash", "return_tensors", "padding",
        "truncation", "verbose", "from_slow", "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "image_token_id",
        "vocab_size", "model_type", "torch_dtype", "dtype", "cache_dir", "token", "subfolder", "force_download", "use_auth_token",
        "tool_parser_type",
    ];

    private static bool IsKnown(JsonProperty field) => field.Value.ValueKind == JsonValueKind.Null
        || Read.Contains(field.Name) || FurtherSpecials.Contains(field.Name) || WithoutEffect.Contains(field.Name)
        || field.Name.EndsWith("_token", StringComparison.Ordinal)
        || Harmless.Contains((field.Name, field.Value.GetRawText()));

    /// <exception cref="UserErrorException">A file is broken, or has a field that dpost does not know.</exception>
    public static TokenizerConfig ReadBeside(string folder)
    {
        var config = Open(folder, "tokenizer_config.json", Config) ?? TokenizerConfig.None;
        var map = Open(folder, "special_tokens_map.json", Names) ?? TokenizerConfig.None;
        config = config with { Class = FamiliesOfAnotherClass.Contains(ModelType(folder)) ? null : config.Class };
        if (config.Added.Count > 0)
        {
            return config with { Bos = config.Bos ?? map.Bos, Eos = config.Eos ?? map.Eos, Pad = config.Pad ?? map.Pad };
        }

        // Without a list of added tokens the configuration is an old one, and older files say what it does, as in transformers.
        AddedToken[] named = [.. map.Named, .. config.Named];
        var special = named.Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        return config with
        {
            Bos = map.Bos ?? config.Bos,
            Eos = map.Eos ?? config.Eos,
            Pad = map.Pad ?? config.Pad,
            Named = named,
            Added = [.. (Open(folder, "added_tokens.json", AddedAlone) ?? []).Select(token => token with
            {
                IsSpecial = special.Contains(token.Content),
                IsNormalized = !special.Contains(token.Content),
            })],
            IsAddedOld = true,
        };
    }

    private static T? Open<T>(string folder, string name, Func<JsonPart, T> read)
        where T : class
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = TokenizerJson.Parse(WholeFile.ReadBytes(path));
            return read(new(document.RootElement, name));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UserErrorException($"The file '{path}' is not a JSON object: {e.Message}", e);
        }
        catch (FormatException e)
        {
            throw new UserErrorException($"The file '{path}' cannot be read: {e.Message}.", e);
        }
    }

    private static TokenizerConfig Config(JsonPart root)
    {
        var config = Names(root);
        return config with
        {
            AddBos = FlagOf(root, "add_bos_token"),
            AddEos = FlagOf(root, "add_eos_token"),
            AddsPrefixSpace = FlagOf(root, "add_prefix_space"),
            IsLegacy = FlagOf(root, "legacy"),
            Class = root.Find("tokenizer_class") is { } name ? WithoutFast(root.TextOf(name, "tokenizer_class")) : null,
            Sentinels = root.Find("extra_ids") is { } count ? root.NumberOf(count, "extra_ids") : null,
            Added = root.Find("added_tokens_decoder") is { } added ? [.. Added(new(added, "added_tokens_decoder"))] : [],
        };
    }

    private static TokenizerConfig Names(JsonPart root)
    {
        var unknown = root.Element.EnumerateObject().Where(field => !IsKnown(field)).Select(field => field.ToString()).FirstOrDefault();
        return unknown is not null
            ? throw new FormatException($"it has the field {unknown}, which dpost does not know; take it out if it does not matter")
            : TokenizerConfig.None with
            {
                Bos = Token(root, "bos_token"),
                Eos = Token(root, "eos_token"),
                Pad = Token(root, "pad_token"),
                Named = [.. Roles.Select(root.Find).OfType<JsonElement>().Concat(OfTheModel(root)).Concat(Further(root))
                    .Select(Special).Where(token => token.Content.Length > 0)],
            };
    }

    // Tokens of roles that a model has of its own, such as image_token.
    private static IEnumerable<JsonElement> OfTheModel(JsonPart root) => root.Element.EnumerateObject()
        .Where(field => field.Name.EndsWith("_token", StringComparison.Ordinal) && !Roles.Contains(field.Name)
            && field.Value.ValueKind == JsonValueKind.String)
        .Select(field => field.Value);

    // A list of tokens, or an object that names them; the newer field goes before the older.
    private static IEnumerable<JsonElement> Further(JsonPart root)
    {
        var field = FurtherSpecials.FirstOrDefault(name => root.Element.TryGetProperty(name, out _));
        return field is null || root.Find(field) is not { } tokens ? []
            : tokens.ValueKind == JsonValueKind.Object ? tokens.EnumerateObject().Select(token => token.Value) : root.List(field);
    }

    private static AddedToken Special(JsonElement token) => token.ValueKind == JsonValueKind.String
        ? new(token.GetString()!, 0, IsSpecial: true) : Described(new(token, "special token"), 0, isSpecial: true);

    private static string WithoutFast(string name) => name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^"Fast".Length] : name;

    // A config.json that cannot be read is told where the model is.
    private static string? ModelType(string folder)
    {
        try
        {
            var path = Path.Combine(folder, "config.json");
            if (!File.Exists(path))
            {
                return null;
            }

            using var document = TokenizerJson.Parse(WholeFile.ReadBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String
                ? type.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Token(JsonPart root, string field) =>
        root.Find(field) is not { } token ? null
        : token.ValueKind == JsonValueKind.Object ? new JsonPart(token, field).Text("content") : root.TextOf(token, field);

    private static bool? FlagOf(JsonPart root, string field) => root.Find(field) is null ? null : root.Flag(field);

    private static IEnumerable<AddedToken> Added(JsonPart ids) => ids.Element.EnumerateObject().Select(entry =>
    {
        var part = new JsonPart(entry.Value, "added token")
            .Only("content", "single_word", "lstrip", "rstrip", "normalized", "special", "__type");
        return Described(part, Id(entry.Name), part.Flag("special", false));
    }).OrderBy(token => token.Id);

    // A token as both kinds of files describe one; what they leave out is as AddedToken of the tokenizers library has it.
    private static AddedToken Described(JsonPart part, int id, bool isSpecial) => new(part.Text("content"), id, isSpecial)
    {
        TakesSpaceBefore = part.Flag("lstrip", false),
        TakesSpaceAfter = part.Flag("rstrip", false),
        IsWholeWord = part.Flag("single_word", false),
        IsNormalized = part.Flag("normalized", !isSpecial),
    };

    private static AddedToken[] AddedAlone(JsonPart root) =>
        [.. root.Element.EnumerateObject().Select(e => new AddedToken(e.Name, root.NumberOf(e.Value, e.Name), IsSpecial: false))
            .OrderBy(token => token.Id)];

    private static int Id(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? id : throw new FormatException($"its added_tokens_decoder has '{text}' in place of an id");
}
