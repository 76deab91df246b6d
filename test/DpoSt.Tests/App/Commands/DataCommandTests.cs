using System.Text.Json;

namespace DpoSt.Tests.App.Commands;

public sealed class DataCommandTests : IDisposable
{
    private const string Row = "{\"question\": \"Tom has 3 bags of 12 apples each and gives 5 away. How many are left?\", \"answer\": ";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Counts_what_would_cost_hours()
    {
        var file = folder.File("train.jsonl", $$"""
            {{Row}}"3 * 12 = 36 and <<36-5=30>>30\n#### 31"}
            {{Row.Replace("Tom", "TOM", StringComparison.Ordinal)}}"#### 31"}
            {{Row.Replace("Tom", "Ben", StringComparison.Ordinal)}}"#### 2 or 3"}
            {"question": "Why?", "answer": null}
            """);
        var test = folder.File("test.jsonl", $"{Row}\"#### 31\"}}\n");
        var run = CommandRun.Of("data", file, "--against", test, "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var report = JsonDocument.Parse(run.Out).RootElement.GetProperty("report");
        int Number(string name) => report.GetProperty(name).GetInt32();
        Assert.Equal((4, 3, 1, 1, 1), (Number("rows"), Number("without_rationale"), Number("without_answer"), Number("calculations"),
            Number("missing")));
        Assert.Equal($"{file}:3: 2 or 3", Assert.Single(report.GetProperty("refused").EnumerateArray()).GetString());
        Assert.Equal($"{file}:1: <<36-5=30>>", Assert.Single(report.GetProperty("wrong").EnumerateArray()).GetString());
        Assert.Equal(
            [(2, 1, true), (3, 1, false)],
            report.GetProperty("repetitions").EnumerateArray().Select(r => (
                Line(r.GetProperty("row")), Line(r.GetProperty("of")), r.GetProperty("is_exact").GetBoolean())));
        Assert.Equal(
            [true, true, false], report.GetProperty("shared").EnumerateArray().Select(r => r.GetProperty("is_exact").GetBoolean()));

        var told = CommandRun.Of("data", file, "--against", test);
        Assert.All(
            ["4 of question/answer", "1 to the letter, 1 with a word or two changed", $"{file}:1: <<36-5=30>>"],
            part => Assert.Contains(part, told.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("27", 1)]
    [InlineData("\\\\boxed{27}", 1)]
    [InlineData("$1,200", 1)]
    [InlineData("12:30", 1)]                                         // no number, and no steps either
    [InlineData("5 apples", 1)]
    [InlineData("9 + 18 = 27\\n#### 27", 0)]
    [InlineData("She has nine and eighteen of them.", 0)]
    public void A_bare_answer_is_no_rationale(string answer, int bare)
    {
        var file = folder.File("train.jsonl", $$"""{"question": "How many?", "answer": "{{answer}}"}""");
        Assert.Equal(bare, JsonDocument.Parse(CommandRun.Of("data", file, "--json").Out).RootElement.GetProperty("report")
            .GetProperty("without_rationale").GetInt32());
    }

    [Fact]
    public void A_wrong_calculation_in_plain_text_is_wrong()
    {
        var file = folder.File("train.jsonl", """{"question": "How many?", "answer": "She has 2 + 2 = 5 apples.\n#### 5"}""");
        Assert.Contains($"{file}:1: 2 + 2 = 5\n", CommandRun.Of("data", file).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_pictures_and_needs_nothing_else()
    {
        var file = folder.File("train.jsonl", $"{Row}\"3 <b> = 36\\n#### 31\"}}\n{Row}\"#### 31\"}}\n");
        var page = folder.File("page.html");
        var run = CommandRun.Of("data", file, "--html", page);
        Assert.Equal((0, $"{page}: open it in a browser.\n"), (run.Code, run.Error));
        var html = File.ReadAllText(page);
        Assert.Equal(3, System.Text.RegularExpressions.Regex.Count(html, "<figure><svg"));
        Assert.Contains("words", html, StringComparison.Ordinal);
        Assert.Contains($"{file}:2 repeats {file}:1", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http-equiv=\"refresh", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Annotates_into_another_file()
    {
        var file = folder.File("own.csv", "q,label\nHow many?,2 + 3 = 5\n");
        var run = CommandRun.Of(
            "data", file, "--columns", "question=q", "answer=label", "--verifier", "exact", "--annotate", folder.File("new.jsonl"));
        Assert.Equal((0, $"{folder.File("new.jsonl")}: 1 rationale annotated.\n"), (run.Code, run.Error));
        run = CommandRun.Of("data", file, "--columns", "question=q", "answer=label", "--annotate", folder.File("new.jsonl"));
        Assert.Equal(2, run.Code);
        Assert.Equal(
            $"--annotate {folder.File("new.jsonl")} is there already, and would be replaced: remove it, or name another.\n", run.Error);
        var row = JsonDocument.Parse(File.ReadAllText(folder.File("new.jsonl"))).RootElement;
        Assert.Equal("2 + 3 = <<2+3=5>>5", row.GetProperty("answer").GetString());
        Assert.Contains("is the file itself", CommandRun.Of(
            "data", file, "--columns", "question=q", "--annotate", file).Error, StringComparison.Ordinal);
        Assert.Contains("--columns has 'label'", CommandRun.Of("data", file, "--columns", "label").Error, StringComparison.Ordinal);
    }

    private static int Line(JsonElement place) =>
        int.Parse(place.GetString()!.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture);
}
