using System.Text;
using DpoSt.App;
using DpoSt.App.Console;

namespace DpoSt.Tests.App;

/// <summary>A run of the program in process, and what it left.</summary>
internal sealed record CommandRun(int Code, string Out, string Error)
{
    public static CommandRun Of(params string[] args) => With("", args);

    public static CommandRun With(string input, params string[] args) => With(input, CancellationToken.None, args);

    public static CommandRun With(string input, CancellationToken cancel, params string[] args)
    {
        using var stdin = new MemoryStream(Encoding.UTF8.GetBytes(input));
        using var stdout = new StringWriter { NewLine = "\n" };
        using var stderr = new StringWriter { NewLine = "\n" };
        var code = Cli.Run(args, new CommandConsole(stdin, stdout, stderr, cancel));
        return new CommandRun(code, stdout.ToString(), stderr.ToString());
    }
}
