using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using DpoSt.Configuration;

namespace DpoSt.App;

/// <summary>What is wrong with a command line, told by what the person most likely meant.</summary>
internal static partial class CommandLineMistake
{
    private static readonly (string Name, string Meaning)[] Types =
    [
        ("System.Double", "a number"), ("System.Int32", "a whole number"), ("System.Int64", "a whole number"),
        ("System.UInt64", "a whole number of at least 0"),
    ];

    /// <summary>One sentence, without what to do next where nothing better than the command's help is known.</summary>
    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (Misspelt(parsed) is { } option)
        {
            return $"There is no option '{option}'{Meant(option, Options(parsed.CommandResult))}";
        }

        var extra = parsed.UnmatchedTokens;
        if (extra.Count > 0 && command.Subcommands.Count > 0)
        {
            return $"There is no command '{extra[0]}'{Meant(extra[0], command.Subcommands.Select(c => c.Name))}";
        }

        if (extra.Count == 0 && command.Subcommands.Count > 0)
        {
            return $"{command.Name} needs one more word: {string.Join(" or ", command.Subcommands.Select(c => c.Name))}";
        }

        if (extra.Count > 0 && command.Arguments is [{ Arity.MaximumNumberOfValues: 1 } only])
        {
            return $"'{extra[0]}' is one word too many: "
                + $"{command.Name} takes one {only.Name.ToLowerInvariant()}, in quotes where it has blanks";
        }

        var error = parsed.Errors[0];
        var text = ExpectedType().Replace(
            string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
            match => Array.Find(Types, type => match.Value.Contains(type.Name, StringComparison.Ordinal)).Meaning ?? match.Value);
        var name = (error.SymbolResult as OptionResult)?.Option.Name ?? "";
        return (text.Contains(name, StringComparison.Ordinal) ? text : $"{name}: {text}").TrimEnd('.');
    }

    // A misspelt option is taken for a value wherever one may stand, and the value is then blamed.
    private static string? Misspelt(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .Where(token => token.Type == TokenType.Argument && OptionName().IsMatch(token.Value))
        .Select(token => token.Value.Split('=', ':')[0])
        .FirstOrDefault();

    private static IEnumerable<string> Options(CommandResult result)
    {
        for (SymbolResult? scope = result; scope is not null; scope = scope.Parent)
        {
            var all = scope is CommandResult { Command.Options: var options } ? options : [];
            foreach (var option in all.Where(o => scope == result || o.Recursive))
            {
                yield return option.Name;
            }
        }
    }

    private static string Meant(string name, IEnumerable<string> candidates) =>
        NearestName.Of(name, candidates) is { } near ? $" (did you mean '{near}'?)" : "";

    [GeneratedRegex("^--[A-Za-z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OptionName();

    // Optional ones are wrapped: System.Nullable`1[System.Int32].
    [GeneratedRegex("expected type '[^']+'", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExpectedType();
}
