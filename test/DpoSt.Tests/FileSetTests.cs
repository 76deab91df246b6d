using DpoSt.Data;
using DpoSt.Data.Reports;
using DpoSt.Runs;
using DpoSt.Verification;

namespace DpoSt.Tests;

/// <summary>A set in several files is read as one, in order, or refused in a sentence.</summary>
public sealed class FileSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_and_a_pattern_are_read_in_the_order_of_their_numbers()
    {
        Rows("part-10.jsonl", "ten");
        Rows("part-2.jsonl", "two", "three");
        File.WriteAllText(folder.File("README.md"), "about");
        Assert.All([folder.Root, folder.File("part-*.jsonl"), folder.File("*.jsonl")], path => Assert.Equal(
            [("0", "two"), ("1", "three"), ("2", "ten")], ProblemSet.Load(path).Select(problem => (problem.Id, problem.Question))));
        Assert.Equal(["two", "three"], ProblemSet.Load(folder.File("part-?.jsonl")).Select(problem => problem.Question));
    }

    [Fact]
    public void A_mistake_is_told_with_its_file_and_a_repeated_id_with_both()
    {
        Rows("a.jsonl", "one");
        File.WriteAllText(folder.File("b.jsonl"), "{\"question\": \"two\", \"answer\": \"#### 2\"}\n{");
        Assert.StartsWith($"{folder.File("b.jsonl")}:2: ", Refused(folder.Root), StringComparison.Ordinal);
        File.WriteAllText(folder.File("b.jsonl"), "{\"question\": \"two\", \"answer\": \"#### 2\", \"id\": \"0\"}");
        Assert.Equal(
            $"{folder.File("b.jsonl")}:1: the id \"0\" was used at {folder.File("a.jsonl")}:1 already; expected a different id a problem.",
            Refused(folder.Root));
        File.WriteAllText(folder.File("b.jsonl"), "{\"prompt\": \"two\", \"completion\": \"#### 2\"}");
        Assert.Contains("all files of a set have one shape", Refused(folder.Root), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("files of train and test", "train.csv", "test.csv")]
    [InlineData("files of train and dev", "train-00000-of-00001.parquet", "validation-00000-of-00001.parquet")]
    [InlineData(".csv and .jsonl files", "a.csv", "b.jsonl.gz")]
    [InlineData("of the 3 files of train 2 are not there, such as number 00001", "train-00000-of-00003.jsonl")]
    [InlineData("a folder without a file of rows", "README.md", ".hidden.csv")]
    public void What_is_no_one_set_is_refused(string says, params string[] names)
    {
        Array.ForEach(names, name => folder.File(name, ""));
        Assert.Contains(says, Refused(folder.Root), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_means_nothing_is_no_file_and_one_file_may_have_its_signs()
    {
        Assert.Contains("no file has such a name", Refused(folder.File("x-*.csv")), StringComparison.Ordinal);
        Assert.False(FileSet.Exists(folder.File("x-*.csv")));
        Rows("what?.jsonl", "why");
        Assert.Equal([folder.File("what?.jsonl")], FileSet.Of(folder.File("what?.jsonl")));
        Assert.Equal([folder.File("absent.csv")], FileSet.Of(folder.File("absent.csv")));
    }

    [Fact]
    public void What_it_holds_is_its_key()
    {
        Rows("train-0.jsonl", "one");
        Rows("train-1.jsonl", "two");
        var (pattern, before) = (folder.File("train-*.jsonl"), ContentKey.OfPath(folder.File("train-*.jsonl")));
        Assert.NotEmpty(before);
        Assert.Equal(before, ContentKey.OfPath(pattern));
        Rows("train-1.jsonl", "another");
        Assert.NotEqual(before, ContentKey.OfPath(pattern));
    }

    [Fact]
    public void What_is_kept_beside_a_set_is_none_of_it()
    {
        Rows("train-0.jsonl", "one");
        Assert.Equal("train-_jsonl", FileSet.NameOf(folder.File("train-*.jsonl")));
        Rows($"train-{FileSet.NameOf("*.x")}{FileSet.ScoresEnding}", "a score");
        Assert.Single(FileSet.Of(folder.File("*.jsonl")));
    }

    [Fact]
    public void A_report_tells_places_in_all_files()
    {
        Rows("a.jsonl", "Tom has 3 bags of 12 apples each, how many are these?");
        Rows("b.jsonl", "Ben has 3 bags of 12 apples each, how many are these?");
        var found = Assert.Single(DataReport.Of(folder.Root, null, Verifiers.Number, new()).Repetitions);
        Assert.Equal(($"{folder.File("b.jsonl")}:1", $"{folder.File("a.jsonl")}:1"), (found.Row, found.Of));
    }

    private static string Refused(string path) => Assert.Throws<UserErrorException>(() => ProblemSet.Load(path)).Message;

    private void Rows(string name, params string[] questions) => folder.File(
        name, string.Concat(questions.Select(question => $"{{\"question\": \"{question}\", \"answer\": \"#### 1\"}}\n")));
}
