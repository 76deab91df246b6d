using System.CommandLine;
using System.Text.Json;
using DpoSt.Text.Chat;

namespace DpoSt.App.Commands.Arguments;

/// <summary>How a command puts questions to a model.</summary>
internal sealed class TemplateArguments
{
    private readonly Option<string> template = CommandOption.Of<string>(
        "--template", "The model's chat template if it has one, else the paper's prompt (auto); the question alone (none); paper; "
        + "the name of one of the model's templates; a file of Jinja.", "NAME-OR-FILE").Or(PromptOptions.Auto);
    private readonly Option<string?> system = CommandOption.Of<string?>("--system", "What the model is told before the question.", "TEXT");
    private readonly Option<string?> arguments = CommandOption.Of<string?>(
        "--template-args", "Further values for the template, such as '{\"enable_thinking\": false}'.", "JSON");
    private readonly Option<string?> now = CommandOption.Of<string?>(
        "--now", "The day that a template which asks for it is told; today unless given.", "YYYY-MM-DD");

    /// <summary>Adds the options to a command.</summary>
    public TemplateArguments(Command command)
    {
        command.Add(template);
        command.Add(system);
        command.Add(arguments);
        command.Add(now);
    }

    /// <summary>What they say.</summary>
    /// <exception cref="UserErrorException">A file, JSON or day cannot be read.</exception>
    public PromptOptions Options(ParseResult result) => new PromptOptions
    {
        System = result.GetValue(system),
        Arguments = Values(result.GetValue(arguments)),
        Now = PromptOptions.Day(result.GetValue(now), now.Name),
    }.WithTemplate(result.GetValue(template)!);

    private static Dictionary<string, JsonElement> Values(string? json)
    {
        try
        {
            var values = json is null ? [] : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json);
            return values?.Values.All(JsonTexts.AreWhole) == true ? values : throw new JsonException("null, or half a character");
        }
        catch (JsonException e)
        {
            throw new UserErrorException(
                $"--template-args is {Shown.Text(json!)}; expected a JSON object such as '{{\"enable_thinking\": false}}'.", e);
        }
    }
}
