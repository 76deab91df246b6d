using System.CommandLine;
using System.CommandLine.Completions;

namespace DpoSt.App.Commands.Completion;

/// <summary>What stands behind an option, or where no option is named.</summary>
internal enum Takes
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>The name of a file or folder.</summary>
    File,

    /// <summary>One of some words.</summary>
    Word,

    /// <summary>What only a person knows, such as a number.</summary>
    Free,

    /// <summary>key=value of a configuration.</summary>
    Override,
}

/// <summary>An option of a command.</summary>
internal sealed record CompletionOption(string Name, string Description, Takes Takes, IReadOnlyList<string> Words);

/// <summary>A command as a shell completes it.</summary>
/// <param name="Path">Its name, with that of the command it stands under: "bench train".</param>
/// <param name="Description">Its first sentence.</param>
/// <param name="Options">Its options.</param>
/// <param name="Below">The names of the commands under it.</param>
/// <param name="Takes">What it takes beside options.</param>
internal sealed record CompletionCommand(
    string Path, string Description, IReadOnlyList<CompletionOption> Options, IReadOnlyList<string> Below, Takes Takes)
{
    /// <summary>Whether overrides are those of a whole run, which has those of its trainings behind <c>sft.</c> and <c>dpo.</c></summary>
    public bool IsRun => Path is "run" or "demo";
}

/// <summary>All commands, as a script for a shell needs them: a Tab must not start this program.</summary>
internal static class CompletionTree
{
    /// <summary>The root, whose path is empty, and every command below it.</summary>
    public static IReadOnlyList<CompletionCommand> Of(RootCommand root) => [.. Commands(root, "", [])];

    private static IEnumerable<CompletionCommand> Commands(Command command, string path, IReadOnlyList<Option> inherited)
    {
        var below = command.Subcommands.Where(c => !c.Hidden).ToList();
        yield return new(
            path, FirstSentence(command.Description), [.. command.Options.Concat(inherited).Where(o => !o.Hidden).Select(Option)],
            [.. below.Select(c => c.Name)], Kind(command.Arguments));
        var further = inherited.Concat(command.Options.Where(o => o.Recursive)).ToList();
        foreach (var found in below.SelectMany(c => Commands(c, path.Length == 0 ? c.Name : $"{path} {c.Name}", further)))
        {
            yield return found;
        }
    }

    private static CompletionOption Option(Option option)
    {
        var words = option.HelpName?.Contains('|', StringComparison.Ordinal) == true ? option.HelpName.Split('|')
            : [.. option.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];
        var kind = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? Takes.Nothing
            : option.HelpName is "DIR" or "FILE" or "DIR-OR-FILE" ? Takes.File
            : words.Length > 0 ? Takes.Word : Takes.Free;
        return new(option.Name, FirstSentence(option.Description), kind, kind == Takes.Word ? words : []);
    }

    private static Takes Kind(IList<Argument> arguments) =>
        arguments.Count == 0 ? Takes.Nothing
        : arguments.Any(a => a.Name == "overrides") ? Takes.Override
        : arguments.SelectMany(a => a.GetCompletions(CompletionContext.Empty)).Any() ? Takes.Word : Takes.File;

    private static string FirstSentence(string? description)
    {
        var text = (description ?? "").Split('\n')[0];
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).TrimEnd('.');
    }
}
