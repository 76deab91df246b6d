using System.CommandLine;
using System.CommandLine.Parsing;

namespace DpoSt.App.Commands.Arguments;

/// <summary>Options in a line each.</summary>
internal static class CommandOption
{
    /// <summary>An option and its help; <paramref name="takes"/> is what stands for its value there.</summary>
    public static Option<T> Of<T>(string name, string description, string? takes = null)
    {
        var option = new Option<T>(name) { Description = description, HelpName = takes };
        if (takes is "DIR" or "FILE" or "DIR-OR-FILE" && option is Option<string> path)
        {
            path.CustomParser = Expanded;
        }

        return option;
    }

    /// <summary>An argument that is a path.</summary>
    public static Argument<string> PathArgument(string name, string description) =>
        new(name) { Description = description, CustomParser = Expanded };

    // A shell leaves '~' where it stands in quotes or behind '='.
    private static string? Expanded(ArgumentResult result)
    {
        try
        {
            return HomePath.Expand(result.Tokens[0].Value);
        }
        catch (UserErrorException e)
        {
            result.AddError(e.Message);
            return null;
        }
    }

    /// <summary>The option with which everything starts over.</summary>
    public const string FreshName = "--fresh";

    /// <summary><c>--fresh</c>.</summary>
    public static Option<bool> Fresh() => Of<bool>(FreshName, "Start over, even where something is done already or could be resumed.");

    /// <summary><c>--json</c>; without it people read what is written.</summary>
    public static Option<bool> Json(string description = "Write one JSON object.") => Of<bool>("--json", description);

    /// <summary><c>--model</c>, which a command cannot do without.</summary>
    public static Option<string> Model(string description = "A model's folder, or its name on the hub.") =>
        Of<string>("--model", description, "DIR").Needed();

    /// <summary>Its value where none is given.</summary>
    public static Option<T> Or<T>(this Option<T> option, T value)
    {
        option.DefaultValueFactory = _ => value;
        return option;
    }

    /// <summary>It must be given.</summary>
    public static Option<T> Needed<T>(this Option<T> option)
    {
        option.Required = true;
        return option;
    }

    /// <summary>It takes several values: some of these.</summary>
    public static Option<string[]> SomeOf(this Option<string[]> option, params string[] values)
    {
        option.AllowMultipleArgumentsPerToken = true;
        return option.AcceptOnlyFromAmong(values);
    }
}
