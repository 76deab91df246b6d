using System.CommandLine;

namespace DpoSt.App.Commands.Arguments;

/// <summary>The overrides of a configuration: everything on the command line that is not an option.</summary>
internal static class OverrideArgument
{
    /// <summary>Takes any number of them, but no misspelt option: that would otherwise be taken for an override.</summary>
    public static Argument<string[]> Create(string description)
    {
        var overrides = new Argument<string[]>("overrides") { Description = description, Arity = ArgumentArity.ZeroOrMore };
        overrides.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is { } option)
            {
                result.AddError($"There is no option '{option.Value}', and an override is key=value");
            }
        });
        return overrides;
    }
}
