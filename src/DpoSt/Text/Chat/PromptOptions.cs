using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;

namespace DpoSt.Text.Chat;

/// <summary>How questions are put to a model.</summary>
public sealed record PromptOptions
{
    /// <summary>The model's own chat template if it has one, else the paper's prompt.</summary>
    public const string Auto = "auto";

    /// <summary>The question alone.</summary>
    public const string None = "none";

    /// <summary>The paper's prompt: Alpaca's for a decoder, the question alone for T5.</summary>
    public const string Paper = "paper";

    /// <summary><see cref="Auto"/>, <see cref="None"/>, <see cref="Paper"/>, or the name of one of the model's templates.</summary>
    public string Template { get; init; } = Auto;

    /// <summary>The text of a template of one's own, which goes before <see cref="Template"/>; null is none.</summary>
    public string? OwnTemplate { get; init; }

    /// <summary>What the model is told before every question; null tells it nothing.</summary>
    public string? System { get; init; }

    /// <summary>Further values for the template, such as <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Arguments { get; init; } =
        ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>The day that a template which asks for it is told; null is today.</summary>
    public DateTime? Now { get; init; }

    /// <summary>Whether texts are those of the paper's code (<c>compat: reference</c>).</summary>
    public bool PaperText { get; init; }

    /// <summary>A day such as 2026-11-30.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    internal static DateTime? Day(string? day, string name) => day is null ? null
        : DateTime.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed) ? parsed
        : throw new UserErrorException($"{name} is {Shown.Quoted(day)}; expected a day such as 2026-11-30.");

    /// <summary>Options whose template is a name, a file, or a text of Jinja (which has <c>{{</c> or <c>{%</c> in it).</summary>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public PromptOptions WithTemplate(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (template.Contains("{{", StringComparison.Ordinal) || template.Contains("{%", StringComparison.Ordinal))
        {
            return this with { Template = "own", OwnTemplate = template };
        }

        template = HomePath.Expand(template);
        if (!File.Exists(template))
        {
            return template.Contains('/', StringComparison.Ordinal) || template.EndsWith(".jinja", StringComparison.Ordinal)
                ? throw new UserErrorException(
                    $"{template}: there is no such chat template; expected a file, a name of one of the model's templates, auto, "
                    + "none or paper.")
                : this with { Template = template };
        }

        return this with { Template = template, OwnTemplate = ChatTemplateFiles.ReadText(template) };
    }
}
