using System.Text;
using System.Text.Json;
using DpoSt.Text.Tokenizers.Json;

namespace DpoSt.Text.Chat;

/// <summary>The chat templates in a model's folder, and the texts of its special tokens, which templates print.</summary>
/// <param name="Templates">Texts by name; the usual one is <see cref="Default"/>.</param>
/// <param name="SpecialTokens">Texts by their names in tokenizer_config.json, such as <c>bos_token</c>.</param>
internal sealed record ChatTemplateFiles(
    IReadOnlyDictionary<string, string> Templates, IReadOnlyDictionary<string, string> SpecialTokens)
{
    /// <summary>The name of a template that has no other.</summary>
    public const string Default = "default";

    /// <summary>The file of the default template; it goes before the one in tokenizer_config.json, as in transformers.</summary>
    public const string FileName = "chat_template.jinja";

    /// <summary>The folder of templates beside the usual one.</summary>
    public const string Further = "additional_chat_templates";
    private const string Config = "tokenizer_config.json";
    private const long LongestFile = 4_000_000; // beyond it nobody wrote a template

    /// <summary>Reads what a folder has; a folder without templates has none.</summary>
    /// <exception cref="UserErrorException">A file cannot be read.</exception>
    public static ChatTemplateFiles Of(string folder)
    {
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in (string[])["special_tokens_map.json", Config])
        {
            ReadJson(Path.Combine(folder, name), templates, tokens);
        }

        foreach (var file in FurtherIn(folder))
        {
            templates[Path.GetFileNameWithoutExtension(file)] = ReadText(file);
        }

        var own = Path.Combine(folder, FileName);
        if (File.Exists(own))
        {
            templates[Default] = ReadText(own);
        }

        return new(templates, tokens);
    }

    /// <summary>The text of a template's file.</summary>
    /// <exception cref="UserErrorException">It cannot be read or is far too long.</exception>
    public static string ReadText(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[LongestFile + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= LongestFile ? new UTF8Encoding().GetString(bytes.AsSpan(0, length)).TrimStart('\ufeff')
                : throw new UserErrorException($"{file}: a chat template has at most {LongestFile} bytes.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{file}: the chat template cannot be read: {FileProblem.Of(file, e)}", e);
        }
    }

    /// <summary>Gives a saved model the templates that stand in a folder of their own, and a template of one's own where every program
    /// looks for it; null leaves the model's.</summary>
    public static void Write(string origin, string folder, string? template)
    {
        foreach (var file in FurtherIn(origin))
        {
            Directory.CreateDirectory(Path.Combine(folder, Further));
            File.Copy(file, Path.Combine(folder, Further, Path.GetFileName(file)));
        }

        if (template is not null)
        {
            File.WriteAllText(Path.Combine(folder, FileName), template);
        }
    }

    private static string[] FurtherIn(string folder) => Path.Combine(folder, Further) is var further && Directory.Exists(further)
        ? Directory.GetFiles(further, "*.jinja") : [];

    private static void ReadJson(string file, Dictionary<string, string> templates, Dictionary<string, string> tokens)
    {
        if (!File.Exists(file))
        {
            return;
        }

        try
        {
            using var document = TokenizerJson.Parse(WholeFile.ReadBytes(file));
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (field.Name == "chat_template")
                {
                    ReadTemplates(field.Value, templates);
                }
                else if (field.Name.EndsWith("_token", StringComparison.Ordinal) && TokenText(field.Value) is { } text)
                {
                    tokens[field.Name] = text;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new UserErrorException(
                $"{file}: its chat_template is not a text or a list of {{\"name\", \"template\"}}: {e.Message}", e);
        }
    }

    private static void ReadTemplates(JsonElement value, Dictionary<string, string> templates)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            templates[Default] = value.GetString()!;
        }
        else if (value.ValueKind != JsonValueKind.Null)
        {
            foreach (var named in value.EnumerateArray())
            {
                templates[named.GetProperty("name").GetString()!] = named.GetProperty("template").GetString()!;
            }
        }
    }

    private static string? TokenText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Object when value.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String =>
            content.GetString(),
        _ => null,
    };
}
