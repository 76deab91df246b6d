using System.Globalization;
using System.Text.Json;
using DpoSt.Text.Chat;

namespace DpoSt.Tests.Text.Chat;

/// <summary>Templates of real models with what transformers renders.</summary>
internal static class ChatGoldens
{
    private static readonly Lazy<JsonElement> Golden = new(() =>
        JsonDocument.Parse(File.ReadAllText(Folder("golden.json"))).RootElement);

    public static IReadOnlyList<string> Templates => [.. Golden.Value.GetProperty("templates").EnumerateObject().Select(t => t.Name)];

    public static IReadOnlyList<string> Cases => [.. Golden.Value.GetProperty("cases").EnumerateObject().Select(c => c.Name)];

    public static string Text(string template) => File.ReadAllText(Folder(template + ".jinja"));

    /// <summary>The text, or none where the template refuses.</summary>
    public static string? Rendered(string template, string name) =>
        Golden.Value.GetProperty("templates").GetProperty(template).GetProperty("rendered")
            .GetProperty(name) is { ValueKind: JsonValueKind.String } text
            ? text.GetString() : null;

    public static ChatInput Input(string template, string name)
    {
        var given = Golden.Value.GetProperty("cases").GetProperty(name);
        var tokens = Golden.Value.GetProperty("templates").GetProperty(template);
        return new ChatInput(
            Golden.Value.GetProperty("conversations").GetProperty(given.GetProperty("conversation").GetString()!),
            given.GetProperty("add_generation_prompt").GetBoolean())
        {
            Tools = given.TryGetProperty("tools", out var tools) ? tools : null,
            Arguments = given.TryGetProperty("template_args", out var arguments)
                ? arguments.EnumerateObject().ToDictionary(a => a.Name, a => a.Value) : [],
            SpecialTokens = tokens.EnumerateObject().Where(t => t.Value.ValueKind == JsonValueKind.String)
                .ToDictionary(t => t.Name, t => t.Value.GetString()!),
            Now = DateTime.Parse(Golden.Value.GetProperty("now").GetString()!, CultureInfo.InvariantCulture),
        };
    }

    private static string Folder(string file) => SharedFolder.Path("peer-cases", "chat-templates", file);
}
