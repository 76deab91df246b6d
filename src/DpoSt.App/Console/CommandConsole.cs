using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace DpoSt.App.Console;

/// <summary>What a command reads and writes: results on <paramref name="Out"/>, progress and errors on <paramref name="Error"/>. What a
/// terminal shows goes through a <see cref="PrintableWriter"/>; what a file or a program reads is exact.</summary>
internal sealed record CommandConsole(Stream In, TextWriter Out, TextWriter Error, CancellationToken Cancel)
{
    private const int FileWidth = 4096;

    /// <summary>What Ctrl-C stops before it stops the program.</summary>
    public AnswerInterrupt Answer { get; init; } = new();

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes one line of JSON with snake_case keys.</summary>
    public void WriteJson<T>(T value) => Out.WriteLine(JsonSerializer.Serialize(value, JsonOptions));

    /// <summary>Writes JSON for a program, or something for a person.</summary>
    public void Write<T>(bool json, T value, Action forPerson)
    {
        if (json)
        {
            WriteJson(value);
        }
        else
        {
            forPerson();
        }
    }

    /// <summary>Tells a person who types what is read, where nothing is piped in.</summary>
    public void TellTyped(string line)
    {
        if (In is InterruptibleInput && !System.Console.IsInputRedirected)
        {
            Error.WriteLine($"Reads lines like {line}; Ctrl-D at the beginning of a line ends them.");
        }
    }

    /// <summary>Whether a person at a terminal agrees to something; false where nobody can be asked.</summary>
    public bool Agrees(string question)
    {
        if (In is not InterruptibleInput || System.Console.IsInputRedirected || System.Console.IsErrorRedirected)
        {
            return false;
        }

        Error.Write($"{question} [y/N] ");
        Error.Flush();
        var answer = new List<byte>();
        for (int next; (next = In.ReadByte()) is >= 0 and not '\n';)
        {
            answer.Add((byte)next);
        }

        return System.Text.Encoding.UTF8.GetString([.. answer]).Trim() is "y" or "Y" or "yes" or "Yes";
    }

    /// <summary>Where progress is drawn: standard error, plain where it is not a terminal.</summary>
    public IAnsiConsole Progress() => Rich(Error);

    /// <summary>Where tables of results are drawn.</summary>
    public IAnsiConsole Results() => Rich(Out);

    /// <summary>Writes names and what they are, aligned.</summary>
    public void WriteFacts(IEnumerable<(string Name, string Value)> facts)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        foreach (var (name, value) in facts)
        {
            grid.AddRow(
                new Spectre.Console.Text(Shown.Printable(name), new Style(decoration: Decoration.Bold)),
                new Spectre.Console.Text(Shown.Printable(value)));
        }

        Rich(Out).Write(grid);
    }

    // Where a file or a program reads, there are no colours and no edge to wrap at.
    private static IAnsiConsole Rich(TextWriter writer)
    {
        var output = new AnsiConsoleOutput((writer as PrintableWriter)?.Inner ?? writer);
        var ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Ansi = ansi });
        console.Profile.Width = output.IsTerminal ? console.Profile.Width : FileWidth;
        if (writer is PrintableWriter)
        {
            console.Pipeline.Attach(new PrintableText());
        }

        return console;
    }
}
