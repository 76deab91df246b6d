using System.Text.Json;
using DpoSt.App.Console;
using DpoSt.Generation;

namespace DpoSt.Tests.App.Terminal;

/// <summary>What a terminal gets: text that shows what it is, and commands nothing.</summary>
public sealed class TerminalTests
{
    private const string Hostile = "a\u001b[31mred\u001b]0;title\u0007 \u009b2J\u202Egnp\u2066\rb\u007f";
    private const string Shown = "a\\u001b[31mred\\u001b]0;title\\u0007 \\u009b2J\\u202egnp\\u2066\\u000db\\u007f";

    [Fact]
    public void Texts_tables_progress_and_answers_are_printable()
    {
        using var taken = new StringWriter { NewLine = "\n" };
        using var console = new PrintableWriter(taken);
        console.WriteLine(Hostile);
        console.Write(Hostile.ToCharArray(), 0, Hostile.Length);
        foreach (var letter in Hostile)
        {
            console.Write(letter);
        }

        var command = new CommandConsole(Stream.Null, console, console, CancellationToken.None);
        var line = Hostile.Replace("\r", "", StringComparison.Ordinal);
        command.WriteFacts([(line, line)]);
        new AnswerWriter(command).Write(new WrittenText(0, Hostile, false));
        StageProgress.Watch(command, reporter =>
        {
            reporter.Begin("stage", Hostile, 1, "rows");
            reporter.Note(Hostile);
            reporter.End(Hostile);
            return 0;
        });
        var text = taken.ToString();
        Assert.DoesNotContain(text, c => c is not '\n' and (< ' ' or (>= '\u007f' and <= '\u009f') or '\u202e' or '\u2066'));
        Assert.StartsWith($"{Shown}\n{Shown}{Shown}", text, StringComparison.Ordinal);
        Assert.True(text.Split("a\\u001b[31mred").Length == 10, text);
    }

    [Fact]
    public void JSON_stays_what_it_is()
    {
        using var taken = new StringWriter();
        using var console = new PrintableWriter(taken);
        new CommandConsole(Stream.Null, console, console, CancellationToken.None).WriteJson(new { Text = Hostile });
        Assert.Equal(Hostile, JsonDocument.Parse(taken.ToString()).RootElement.GetProperty("text").GetString());
        Assert.DoesNotContain('\u202e', taken.ToString());
    }

    [Fact]
    public void What_a_file_reads_is_exact()
    {
        using var taken = new StringWriter();
        var command = new CommandConsole(Stream.Null, taken, TextWriter.Null, CancellationToken.None);
        new AnswerWriter(command).Write(new WrittenText(0, "a\u202eb", false));
        Assert.Equal("a\u202eb", taken.ToString());
    }
}
