using System.Text;
using DpoSt.Data;
using DpoSt.Data.Readers;
using DpoSt.Verification;

namespace DpoSt.Tests.Data;

public sealed class JsonLinesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Reads_what_it_wrote()
    {
        var path = folder.File("a.jsonl");
        Completion[] rows = [new("p1", 0, 42, "<<1+1=2>> é \n\"😀\"", Verdict.Correct, [1, 2]), new("p2", 1, 42, "", Verdict.Invalid)];
        JsonLines.Write(path, rows);
        Assert.Contains("<<1+1=2>> é", File.ReadAllText(path), StringComparison.Ordinal);
        var read = JsonLines.Read<Completion>(path, "a completion").ToArray();
        Assert.Equal(rows[0] with { Ids = null }, read[0] with { Ids = null });
        Assert.Equal([1, 2], read[0].Ids!);
        Assert.Equal(rows[1], read[1]);
    }

    [Fact]
    public void Skips_blank_lines_a_byte_order_mark_and_carriage_returns()
    {
        var path = folder.File("a.jsonl", "\uFEFF1\r\n\n  \t\r\n2\n\n3");
        Assert.Equal([(1, 1), (4, 2), (6, 3)], JsonLines.Read(path).Select(line => (line.Number, line.Value.GetInt32())));
        Assert.Empty(JsonLines.Read(folder.File("b.jsonl", "")));
    }

    // At a terminal the end of an empty input would else have to be typed twice.
    [Theory]
    [InlineData("")]
    [InlineData("1")]
    public void The_end_of_a_short_input_is_asked_for_once(string text)
    {
        using var input = new CountingEnd(Encoding.UTF8.GetBytes(text));
        Assert.Equal(text.Length, JsonLines.Read(input, "standard input").Count());
        Assert.Equal(1, input.Ends);
    }

    private sealed class CountingEnd(byte[] bytes) : MemoryStream(bytes)
    {
        public int Ends { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = base.Read(buffer, offset, count);
            Ends += read == 0 ? 1 : 0;
            return read;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(200_000)]
    public void Lines_may_cross_the_buffers_ends(int length)
    {
        var text = '"' + new string('x', length) + '"';
        var path = folder.File("a.jsonl", string.Join('\n', text, "1", text, text, ""));
        Assert.Equal([length, 1, length, length], JsonLines.Read(path).Select(line => line.Value.ToString().Length));
    }

    [Fact]
    public void A_line_has_a_longest_length()
    {
        var path = folder.File("a.jsonl", "1\n" + new string(' ', 50) + "12");
        Assert.Equal(2, JsonLines.Read(path, maxLineBytes: 52).Count());
        AssertError($"{path}:2: the line is longer than 51 bytes", () => JsonLines.Read(path, maxLineBytes: 51).Count());
        var ended = folder.File("b.jsonl", new string(' ', 50) + "12\n");
        AssertError($"{ended}:1: the line is longer than 51 bytes", () => JsonLines.Read(ended, maxLineBytes: 51).Count());
    }

    [Fact]
    public void Errors_name_the_file_and_the_line()
    {
        var path = folder.File("a.jsonl", "{}\n{\"a\": }\n");
        AssertError($"{path}:2: the line is not JSON (at byte 6)", () => JsonLines.Read(path).Count());
        AssertError($"{path}:1: the line does not fit; expected a pair", () => JsonLines.Read<int[]>(path, "a pair").Count());
        AssertError($"{folder.File("none")}: there is no such file", () => JsonLines.Read(folder.File("none")).Count());
        AssertError($"{folder.Root} is a folder; expected a file", () => JsonLines.Read(folder.Root).Count());
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes("\"é"), 0xC3, (byte)'"']);
        AssertError($"{path}:1: the line is not valid UTF-8", () => JsonLines.Read(path).Count());
    }

    [Fact]
    public void Properties_are_checked()
    {
        var path = folder.File("a.jsonl", """{"a": 1, "b": ["x", 2], "d": null}""" + "\n[]\n");
        var lines = JsonLines.Read(path).ToArray();
        AssertError($"{path}:1: \"a\" is not a string; expected words.", () => lines[0].Text("a", "words"));
        AssertError($"{path}:1: \"b\" is not a list of strings; expected words.", () => lines[0].Texts("b", "words"));
        AssertError($"{path}:1: \"d\" is missing; expected words.", () => lines[0].Text("d", "words"));
        AssertError($"{path}:2: the line is not a JSON object; expected words.", () => lines[1].Text("a", "words"));
    }

    [Theory]
    [InlineData("""{"a": 1, "b": "\ud83d"}""")]
    [InlineData("""{"\uDC00": 1}""")]
    [InlineData("""{"a": [{"b": "x\ud83dy"}]}""")]
    public void Half_a_character_is_refused_wherever_it_stands(string line)
    {
        var path = folder.File("a.jsonl", """{"a": "\ud83d\ude00 \\ud83d"}""" + $"\n{line}\n");
        AssertError($"{path}:2: a string holds an incomplete \\u escape", () => JsonLines.Read(path).ToArray());
        var list = folder.File("a.json", $"[{{\"a\": 1}}, {line}]");
        AssertError($"{list}:row:2: a string holds an incomplete \\u escape", () => RowFile.Read(list).ToArray());
    }

    [Fact]
    public void What_is_nested_too_deep_is_told() => AssertError(
        $"{folder.File("a.jsonl", new string('[', 2000) + new string(']', 2000))}:1: the line is nested more than 64 deep",
        () => JsonLines.Read(folder.File("a.jsonl")).ToArray());

    private static void AssertError(string beginning, Action action) =>
        Assert.StartsWith(beginning, Assert.Throws<UserErrorException>(action).Message, StringComparison.Ordinal);

    private static void AssertError(string beginning, Func<object> action) => AssertError(beginning, () => { _ = action(); });
}
