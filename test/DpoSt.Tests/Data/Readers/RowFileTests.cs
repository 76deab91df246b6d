using System.IO.Compression;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Data.Readers;

namespace DpoSt.Tests.Data.Readers;

public sealed class RowFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("gsm8k-100.csv", 100)]
    [InlineData("gsm8k-100.tsv", 100)]
    [InlineData("gsm8k-100.bom-crlf-semicolon.csv", 100)]
    [InlineData("gsm8k-100.list.json", 100)]
    [InlineData("gsm8k-100.nested.json", 100)]
    [InlineData("gsm8k-100.jsonl.gz", 100)]
    [InlineData("gsm8k-100.gzip.v2pages.parquet", 100)]
    [InlineData("gsm8k-test.snappy.parquet", 1319)]
    [InlineData("gsm8k-test.zstd.parquet", 1319)]
    [InlineData("messages-100.jsonl", 100)]
    [InlineData("messages-100.parquet", 100)]
    public void The_same_problems_come_from_every_format(string name, int count)
    {
        var expected = ProblemSet.Load(SharedFolder.Path("data", "gsm8k", "test.jsonl")).Take(count);
        var path = SharedFolder.Path("data-formats", name);
        Assert.Equal(expected, ProblemSet.Load(path));
        Assert.Equal(expected.Select(p => (p.Question, p.Answer)), RationaleFile.Read(path).Select(r => (r.Question, (string?)r.Answer)));
        if (!name.EndsWith(".gz", StringComparison.Ordinal))
        {
            Assert.Equal(expected, ProblemSet.Load(Gzipped(path)));
        }
    }

    [Theory]
    [InlineData("{\"data\": [{\"a\": 1}, {\"a\": 2}]}", 2)]
    [InlineData("{\n \"about\": {\"x\": [{\"y\": 1}]},\n \"version\": 3,\n \"rows\": [\n {\"a\": 1},\n {\"a\": 2}\n], \"end\": null}\n", 2)]
    [InlineData("[]", 0)]
    [InlineData(" \n[ {\"a\": [1, {\"b\": \"]\"}]} ]\n", 1)]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}", 1)]
    [InlineData("{\"a\": 1}\r\n\r\n{\"a\": 2}", 2)]
    [InlineData("a;b\n1;2\n\n\"x\ny\";\"q\"\"q\"\n", 2)]
    [InlineData("q\nhow many?\n", 1)]
    public void Rows_are_found_by_what_a_file_begins_with(string text, int count)
    {
        Assert.Equal(count, RowFile.Read(folder.File("rows.txt", text)).Count());
        Assert.Equal(count, RowFile.Read(folder.File("marked", "\uFEFF" + text)).Count());
    }

    [Fact]
    public void A_cell_is_a_text_and_an_empty_one_is_null()
    {
        var row = RowFile.Read(folder.File("rows.csv", "id,q,label\n1,\"a, \"\"b\"\"\",\n")).Single();
        Assert.Equal("{\"id\":\"1\",\"q\":\"a, \\u0022b\\u0022\",\"label\":null}", row.Value.GetRawText());
    }

    [Theory]
    [InlineData("a,b\n1,2\n\n3\n", ":4: the row that begins with \"3\" has 1 cells, but there are 2 columns (a, b)")]
    [InlineData("a,b\n\"1,2\n3,4\n", ":2: the row that begins with \"1,2")]
    [InlineData("a,a\n1,2\n", ":1: two columns have the same name")]
    [InlineData("a,\n1,2\n", ":1: a column has no name")]
    [InlineData("[{\"a\": 1},\n {\"a\": }]", ":2: the file is not a whole JSON list")]
    [InlineData("[{\"a\": 1},", ":1: the file is not a whole JSON list")]
    [InlineData("{\"a\": 1}\nnonsense\n", ":2: the line is not JSON")]
    [InlineData("PAR1", ": the file cannot be read as parquet")]
    [InlineData("PK\u0003\u0004", ": the file is a zip archive (or a spreadsheet)")]
    [InlineData("a,b\n\0,2", ": the file is no text")]
    public void A_broken_file_is_one_sentence(string text, string says)
    {
        var path = folder.File("rows", text);
        var error = Assert.Throws<UserErrorException>(() => RowFile.Read(path).Count());
        Assert.StartsWith(path + says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_cut_off_or_no_UTF8_is_never_read_in_part()
    {
        var cut = folder.File("cut.csv.gz");
        File.WriteAllBytes(cut, File.ReadAllBytes(Gzipped(folder.File("all.csv", "a,b\n" + string.Concat(Enumerable.Range(0, 999).Select(
            i => $"{i},{i * i}\n")))))[..^9]);
        var latin = folder.File("latin.csv");
        File.WriteAllBytes(latin, [.. "a,b\n"u8, 0xE9, .. ",2\n"u8]);
        var page = folder.File("cut.parquet");
        File.WriteAllBytes(page, File.ReadAllBytes(SharedFolder.Path("data-formats", "choice-arc.parquet"))[..^100]);
        Assert.All(
            (string[])[cut, latin, page, folder.Root, folder.File("nowhere")],
            path => Assert.StartsWith(
                path, Assert.Throws<UserErrorException>(() => RowFile.Read(path).Count()).Message, StringComparison.Ordinal));
    }

    // A header, and a block whose tables are drawn at random.
    [Fact]
    public void Damaged_gzip_is_a_sentence()
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[200];
            random.NextBytes(bytes);
            ((byte[])[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, (byte)((bytes[10] & 0xF8) | 5)]).CopyTo(bytes, 0);
            var path = folder.File("damaged.gz");
            File.WriteAllBytes(path, bytes);
            Assert.StartsWith(
                path, Assert.Throws<UserErrorException>(() => RowFile.Read(path).Count()).Message, StringComparison.Ordinal);
        }
    }

    // The library would read the memory of a column of texts as numbers.
    [Theory]
    [InlineData(3, "encoding RLE")]
    [InlineData(5, "encoding DELTA_BINARY_PACKED")]
    [InlineData(9, "encoding BYTE_STREAM_SPLIT")]
    public void An_encoding_that_does_not_belong_to_a_column_is_refused(int encoding, string says)
    {
        var bytes = File.ReadAllBytes(SharedFolder.Path("data-formats", "choice-mmlu.parquet"));
        // The first data page: 15 00 begins its header; the encoding, RLE_DICTIONARY (8), is written as 16.
        var header = bytes.AsSpan().IndexOf((byte[])[0x15, 0x00, 0x15]);
        var at = header + bytes.AsSpan(header).IndexOf((byte[])[0x15, 16, 0x15]) + 1;
        bytes[at] = (byte)(2 * encoding);
        var path = folder.File("damaged.parquet");
        File.WriteAllBytes(path, bytes);
        Assert.Contains(says, Assert.Throws<UserErrorException>(() => RowFile.Read(path).Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_parquet_is_a_sentence_or_rows()
    {
        var whole = File.ReadAllBytes(SharedFolder.Path("data-formats", "choice-mmlu.parquet"));
        for (var i = 0UL; i < 300; i++)
        {
            var bytes = whole.ToArray();
            for (var j = 0UL; j < 1 + i % 4; j++)
            {
                var bits = CounterRandom.Bits(i, j);
                bytes[4 + bits % (ulong)(bytes.Length - 12)] = (byte)(bits >> 32);
            }

            var path = folder.File("damaged.parquet");
            File.WriteAllBytes(path, bytes);
            try
            {
                Assert.True(RowFile.Read(path).Count() < 1_000_000);
            }
            catch (UserErrorException e)
            {
                Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            }
        }
    }

    private string Gzipped(string path)
    {
        var packed = folder.File(Path.GetFileName(path) + ".gz");
        using var stream = new GZipStream(File.Create(packed), CompressionLevel.Fastest);
        stream.Write(File.ReadAllBytes(path));
        return packed;
    }
}
