using System.IO.Compression;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Verification;
using DuckDB.NET.Data;

namespace DpoSt.Tests.Data.Readers;

/// <summary>Every shape of rows in every format that can hold it, written by DuckDB.</summary>
public sealed class OtherProgramTests : IDisposable
{
    // A row as DuckDB has it. CSV has no lists.
    private const string Flat = "csv tsv jsonl list parquet", Nested = "jsonl list parquet";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("question/answer", "'How many?' question, '3 + 4 = 7\n#### 7' answer", Flat)]
    [InlineData("question/solution/answer", "'How many?' question, '3 + 4 = 7\n#### 7' solution, 7 answer", Flat)]
    [InlineData("problem/solution/answer", "'How many?' problem, '3 + 4 = 7\n#### 7' solution, '7' answer", Flat)]
    [InlineData("prompt/completion", "'How many?' prompt, '3 + 4 = 7\n#### 7' completion", Flat)]
    [InlineData(
        "prompt/completion", "[{'role': 'user', 'content': 'How many?'}] prompt, "
        + "[{'role': 'assistant', 'content': '3 + 4 = 7\n#### 7'}] completion", Nested)]
    [InlineData(
        "messages",
        "[{'role': 'user', 'content': 'How many?'}, {'role': 'assistant', 'content': '3 + 4 = 7\n#### 7'}] messages", Nested)]
    [InlineData("q/label", "'How many?' q, '3 + 4 = 7\n#### 7' AS \"label\"", Flat)]
    public void Questions_are_read_from_every_format(string shape, string columns, string formats)
    {
        var names = shape == "q/label" ? new ColumnsSection { Question = "q", Answer = "label" } : null;
        Assert.All(Written(columns, formats), file =>
        {
            var set = ProblemSet.Load(file, null, names);
            Assert.Equal(shape, set.Shape);
            Assert.Equal([new("0", "How many?", "3 + 4 = 7\n#### 7", 7), new("1", "How many?", "3 + 4 = 7\n#### 7", 7)], set);
        });
    }

    [Theory]
    [InlineData("['wood', 'iron'] choices, 1 answer")]
    [InlineData("['wood', 'iron'] choices, 'B' answer")]
    [InlineData("{'text': ['wood', 'iron'], 'label': ['1', '2']} choices, '2' answerKey")]
    public void Choices_are_read_from_every_format_with_lists(string columns)
    {
        var choice = Verifiers.Of(new VerifierOptions("choice"));
        Assert.All(
            Written($"'Which is a metal?' question, {columns}", Nested),
            file => Assert.Equal(
                new Problem("0", "Which is a metal?\nA) wood\nB) iron", "B", "B) iron"), ProblemSet.Load(file, choice)[0]));
    }

    [Theory]
    [InlineData("'How many?' prompt, '#### 7' chosen, '#### 8' rejected", Flat)]
    [InlineData(
        "[{'role': 'user', 'content': 'How many?'}] prompt, [{'role': 'assistant', 'content': '#### 7'}] chosen, "
        + "[{'role': 'assistant', 'content': '#### 8'}] rejected", Nested)]
    public void Preferences_are_read_from_every_format(string columns, string formats) => Assert.All(
        Written(columns, formats),
        file => Assert.Equal(
            [("How many?", "#### 7", "#### 8"), ("How many?", "#### 7", "#### 8")],
            PreferencePairFile.Read(file).Select(pair => (pair.Prompt, pair.Chosen, pair.Rejected))));

    // Two equal rows in each format, and all of it gzipped too.
    private List<string> Written(string columns, string formats)
    {
        var files = new List<string>();
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        foreach (var format in formats.Split(' '))
        {
            var (path, how) = (folder.File($"rows.{format}"), format switch
            {
                "csv" => "FORMAT csv",
                "tsv" => "FORMAT csv, DELIMITER '\t'",
                "jsonl" => "FORMAT json",
                "list" => "FORMAT json, ARRAY true",
                _ => "FORMAT parquet",
            });
            using var command = connection.CreateCommand();
            command.CommandText = $"COPY (SELECT {columns} FROM range(2)) TO '{path}' ({how})";
            command.ExecuteNonQuery();
            using (var packed = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest))
            {
                packed.Write(File.ReadAllBytes(path));
            }

            files.AddRange([path, path + ".gz"]);
        }

        return files;
    }
}
