using System.CommandLine;
using DpoSt.Configuration.Sections;

namespace DpoSt.App.Commands.Arguments;

/// <summary>What the columns of a file are called, for a command without a configuration file.</summary>
internal sealed class ColumnsArgument
{
    private readonly Option<string[]> columns =
        CommandOption.Of<string[]>(
            "--columns", "What columns are called, where it is not the usual: question=q answer=label; also gold, choices and id.",
            "KEY=COLUMN");

    /// <summary>Adds the option to a command.</summary>
    public ColumnsArgument(Command command)
    {
        columns.AllowMultipleArgumentsPerToken = true;
        command.Add(columns);
    }

    /// <summary>What it says.</summary>
    /// <exception cref="UserErrorException">A part is not a known key with a column.</exception>
    public ColumnsSection Columns(ParseResult result) => (result.GetValue(columns) ?? []).Aggregate(new ColumnsSection(), (known, part) =>
        part.Split('=', 2) switch
        {
            ["question", { Length: > 0 } column] => known with { Question = column },
            ["answer", { Length: > 0 } column] => known with { Answer = column },
            ["gold", { Length: > 0 } column] => known with { Gold = column },
            ["choices", { Length: > 0 } column] => known with { Choices = column },
            ["id", { Length: > 0 } column] => known with { Id = column },
            _ => throw new UserErrorException(
                $"--columns has '{part}'; expected question=, answer=, gold=, choices= or id= with the name of a column."),
        });
}
