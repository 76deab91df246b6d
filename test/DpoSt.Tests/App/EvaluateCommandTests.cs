using System.Text.Json;
using DpoSt.App.Demo;
using DpoSt.Data;
using DpoSt.Data.Synthetic;
using DpoSt.Runs;
using DpoSt.Verification;

namespace DpoSt.Tests.App;

/// <summary><c>dpost evaluate</c> with the embedded model, and <c>dpost compare</c> on what it wrote and on files by hand.</summary>
public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public EvaluateCommandTests() => DemoFolder.LayModel(folder.Root);

    private string Model => folder.File("base");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Counts_what_is_right_and_keeps_every_answer()
    {
        var problems = SyntheticProblems.Test(10, 1).Select(p => new Problem(p.Id, p.Question, p.Rationale, (double)p.Answer)).ToArray();
        var data = folder.File("test.jsonl");
        JsonLines.Write(data, problems);
        var run = CommandRun.Of(
            "evaluate", "--model", Model, "--data", data, "--samples", "2", "--temperature", "0.8", "--seed", "3", "--json");
        Assert.True(run.Code == 0, run.Error);
        var report = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(Beside(""), report.GetProperty("answers").GetString());

        var greedy = Answers(Beside(""));
        Assert.Equal(problems.Select(p => (p.Id, p.Question)), greedy.Select(a => (a.Id, a.Question)));
        var right = problems.Zip(greedy).Count(pair => IsRight(pair.Second.Text, pair.First.Ans));
        Assert.Equal(
            (right, 10),
            (report.GetProperty("greedy").GetProperty("right").GetInt32(), report.GetProperty("greedy").GetProperty("total").GetInt32()));
        Assert.Equal(10, report.GetProperty("by_steps").EnumerateArray().Sum(s => s.GetProperty("greedy").GetProperty("total").GetInt32()));
        Assert.True(report.GetProperty("calculator").GetProperty("is_on").GetBoolean());

        var sampled = Answers(Beside("-samples"));
        Assert.Equal(problems.SelectMany(p => new[] { p.Id, p.Id }), sampled.Select(a => a.Id));
        var perProblem = sampled.Chunk(2).Select((pair, i) => pair.Count(a => IsRight(a.Text, problems[i].Ans))).ToArray();
        var scores = report.GetProperty("samples").EnumerateArray().Select(s => s.GetProperty("pass").GetDouble()).ToArray();
        Assert.Equal(perProblem.Average(c => c / 2.0), scores[0], 1e-12);
        Assert.Equal(perProblem.Average(c => c > 0 ? 1.0 : 0), scores[1], 1e-12);

        // The same model against itself: nothing differs.
        var same = JsonDocument.Parse(CommandRun.Of("compare", folder.Root, Beside(""), "--json").Out).RootElement;
        Assert.Equal(
            (right, 0, 0, 10 - right),
            (Number(same, "both"), Number(same, "only_first"), Number(same, "only_second"), Number(same, "neither")));
        Assert.Equal("no clear difference", same.GetProperty("difference").GetProperty("conclusion").GetString());
    }

    [Fact]
    public void Answers_of_other_options_are_kept()
    {
        var data = folder.File("test.jsonl", "{\"question\": \"How many?\", \"ans\": 1}\n");
        string[] arguments = ["evaluate", "--model", Model, "--data", data, "--samples", "1", "--temperature"];
        Assert.Equal(0, CommandRun.Of([.. arguments, "0.5"]).Code);
        var (greedy, sampled) = (File.ReadAllText(Beside("")), File.ReadAllText(Beside("-samples")));
        var run = CommandRun.Of([.. arguments, "1"]);
        Assert.Contains($"{Beside("-samples")} was there, made from something else: it is kept in ", run.Error, StringComparison.Ordinal);
        Assert.Equal(greedy, File.ReadAllText(Beside("")));
        Assert.Equal(sampled, File.ReadAllText(Directory.GetFiles(
            Directory.GetDirectories(folder.Root, "of-*").Single(), "*-samples.jsonl").Single()));

        Assert.Equal(0, CommandRun.Of([.. arguments, "1", "--max-new-tokens", "2"]).Code);
        var tokenizer = DpoSt.Text.Tokenizers.TokenizerLoader.Load(Model);
        Assert.All(
            Answers(Beside("-samples")),
            answer => Assert.InRange(tokenizer.Encode(answer.Text, addSpecialTokens: false).Count, 0, 2));
    }

    [Fact]
    public void Questions_are_not_replaced_by_samples_and_their_options_need_some()
    {
        var data = folder.File("a-samples.jsonl", "{\"question\": \"How many?\", \"ans\": 1}\n");
        string[] arguments = ["evaluate", "--model", Model, "--samples", "1", "--output", folder.File("a.jsonl"), "--data"];
        Assert.Equal(
            new CommandRun(2, "", $"the samples would go to {data}, the file of the questions, and replace them: name another --output.\n"),
            CommandRun.Of([.. arguments, data]));
        Assert.Equal(
            new CommandRun(2, "", "--temperature is of the samples: add --samples N, or leave it out.\n"),
            CommandRun.Of("evaluate", "--model", Model, "--data", data, "--temperature", "1"));
    }

    [Fact]
    public void Two_do_not_write_the_same_answers()
    {
        var output = folder.File("answers.jsonl");
        string[] arguments =
        [
            "evaluate", "--model", Model, "--data", folder.File("one.jsonl", "{\"question\": \"How many?\", \"ans\": 1}\n"), "--output",
            output
        ];
        using (RunLock.Take(output + ".lock"))
        {
            var (code, _, error) = CommandRun.Of(arguments);
            Assert.Equal(
                (2, $"{output}.lock is held by another dpost that works there: "
                    + "wait until it is done, or give this one another --output.\n"),
                (code, error));
        }

        Assert.Equal(0, CommandRun.Of(arguments).Code);
        Assert.False(File.Exists(output + ".lock"));
    }

    [Fact]
    public void Reads_ASDiv_and_shows_tables()
    {
        var data = folder.File("ASDiv.xml", """
            <a><Problem ID="n-1"><Body>Tom has 7 apples. He buys 2 more.</Body><Question>How many apples does he have?</Question>
            <Answer>9 (apples)</Answer><Formula>7+2=9</Formula></Problem>
            <Problem ID="n-2"><Body>Tom runs.</Body><Question>Who runs?</Question><Answer>Tom</Answer></Problem></a>
            """);
        var run = CommandRun.Of(
            "evaluate", "--model", Model, "--data", data, "--no-calculator", "--output", folder.File("out/answers.jsonl"));
        Assert.True(run.Code == 0, run.Error);
        Assert.All(
            ["95 % interval", "calculator off", "left out: 1 of the file's questions", $"answers: {folder.File("out/answers.jsonl")}"],
            part => Assert.Contains(part, run.Out, StringComparison.Ordinal));
        Assert.DoesNotContain("pass@k", run.Out, StringComparison.Ordinal);
        Assert.Equal(
            "Tom has 7 apples. He buys 2 more. How many apples does he have?",
            Assert.Single(Answers(folder.File("out/answers.jsonl"))).Question);
    }

    [Theory]
    [InlineData("--model", "nowhere", "there is no such model folder")]
    [InlineData("--data", "nowhere.jsonl", "there is no such file")]
    [InlineData("--samples", "-1", "--samples is -1; expected a number from 0 to 10000")]
    [InlineData("--temperature", "0", "--temperature is 0; expected a number above 0")]
    [InlineData("--temperature", "hot", "see dpost evaluate --help")]
    [InlineData("--device", "tpu", "'tpu' is not a device")]
    public void What_cannot_be_evaluated_is_one_sentence(string option, string value, string says)
    {
        var data = folder.File("data.jsonl", """{"question": "1 + 1?", "ans": 2}""");
        var options = new Dictionary<string, string> { ["--model"] = Model, ["--data"] = data, [option] = value };
        var run = CommandRun.Of(["evaluate", .. options.SelectMany(o => new[] { o.Key, o.Value })]);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_never_take_the_place_of_the_questions()
    {
        var data = folder.File("data.jsonl", """{"question": "1 + 1?", "ans": 2}""");
        File.CreateSymbolicLink(folder.File("link"), data);
        const string same = "is the file of the questions";
        foreach (var (output, says) in new[] { (data, same), (folder.File("link"), same), (folder.Root, "is a folder") })
        {
            var run = CommandRun.Of("evaluate", "--model", Model, "--data", data, "--output", output);
            Assert.Equal((2, ""), (run.Code, run.Out));
            Assert.Contains(says, run.Error, StringComparison.Ordinal);
        }

        Assert.Contains("1 + 1?", File.ReadAllText(data), StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_is_told_from_chance()
    {
        // 100 questions: A is right on the first 40, B on the first 70: every question that differs is B's.
        var (a, b) = (folder.File("a.jsonl", Verdicts(40, 100)), folder.File("b.jsonl", Verdicts(70, 100)));
        var run = CommandRun.Of("compare", a, b);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("right: both 40, only the first 0, only the second 30, none 30", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"second against first: \+30\.0 points, 95 % interval \[\+2\d\.\d, \+\d\d\.\d\]: better \(p < 0\.001\)", run.Out);
        Assert.Contains(
            "no clear difference", CommandRun.Of("compare", a, folder.File("c.jsonl", Verdicts(41, 100))).Out, StringComparison.Ordinal);
        Assert.Contains(": worse", CommandRun.Of("compare", b, a).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_a_run_can_be_compared()
    {
        Directory.CreateDirectory(folder.File("run"));
        folder.File("run/greedy_decode.json", Verdicts(3, 5));
        folder.File("run/more.jsonl", Verdicts(1, 5));
        var above = CommandRun.Of("compare", folder.Root, folder.Root);
        Assert.Equal(
            (2, $"{folder.Root}: the answers are one folder below; name one of {folder.File("run")}.\n"), (above.Code, above.Error));
        Assert.Equal(0, CommandRun.Of("compare", folder.File("run"), folder.File("a.jsonl", Verdicts(4, 5))).Code);
    }

    [Theory]
    [InlineData("{\"id\": \"0\", \"question\": \"q0\", \"verdict\": \"correct\"}", "answer different questions (1 in common, of 2 and 1)")]
    [InlineData(
        "{\"id\": \"0\", \"question\": \"other\", \"verdict\": \"correct\"}\n{\"id\": \"1\", \"question\": \"q1\", \"verdict\": \"wrong\"}",
        "answer different questions (1 in common, of 2 and 2)")]
    [InlineData(
        "{\"id\": \"0\", \"question\": \"q0\", \"verdict\": \"correct\"}\n{\"id\": \"0\", \"question\": \"q0\", \"verdict\": \"wrong\"}",
        "b.jsonl:2: the question \"0\" comes twice")]
    [InlineData("{\"id\": \"0\", \"question\": \"q0\", \"verdict\": \"fine\"}", "b.jsonl:1: \"verdict\" is \"fine\"")]
    [InlineData("{\"id\": \"0\", \"question\": \"q0\", \"verdict\": \"2\"}", "b.jsonl:1: \"verdict\" is \"2\"")]
    [InlineData("{\"id\": \"0\", \"question\": \"q0\", \"verdict\": \"\"}", "b.jsonl:1: \"verdict\" is \"\"")]
    [InlineData("[[\"q0\", \"#### 1\"]]", "b.jsonl:1: the line is not a JSON object")]
    [InlineData("", "b.jsonl: the file holds no answer")]
    [InlineData("nonsense", "b.jsonl:1: the line is not JSON")]
    public void What_cannot_be_compared_is_one_sentence(string text, string says)
    {
        var run = CommandRun.Of("compare", folder.File("a.jsonl", Verdicts(1, 2)), folder.File("b.jsonl", text));
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_or_with_several_files_of_answers_is_one_sentence()
    {
        Directory.CreateDirectory(folder.File("empty"));
        Assert.Contains(
            "the folder holds 0 files of greedy answers", CommandRun.Of("compare", folder.File("empty"), folder.File("empty")).Error,
            StringComparison.Ordinal);
        folder.File("a.jsonl", Verdicts(1, 2));
        folder.File("a-samples.jsonl", Verdicts(1, 1) + Verdicts(1, 1));
        folder.File("notes.jsonl", "nonsense");
        Assert.Equal(0, CommandRun.Of("compare", folder.Root, folder.Root).Code);
        folder.File("b.jsonl", Verdicts(1, 2));
        Assert.Contains(
            "the folder holds 2 files of greedy answers", CommandRun.Of("compare", folder.Root, folder.Root).Error,
            StringComparison.Ordinal);
    }

    // Named after the questions and the model, with the folder above it: models of two experiments share their last name.
    private string Beside(string suffix) => folder.File($"test-{Path.GetFileName(folder.Root)}-base{suffix}.jsonl");

    private static string Verdicts(int right, int total) => string.Concat(Enumerable.Range(0, total).Select(i =>
        $"{{\"id\": \"{i}\", \"question\": \"q{i}\", \"text\": \"t\", "
        + $"\"verdict\": \"{(i < right ? "correct" : i % 2 == 0 ? "wrong" : "invalid")}\"}}\n"));

    private static List<(string Id, string Question, string Text)> Answers(string path) =>
        [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => (
                row.GetProperty("id").GetString()!, row.GetProperty("question").GetString()!, row.GetProperty("text").GetString()!))];

    // The rule of the field, written again: the number behind the last mark.
    private static bool IsRight(string text, string ans) =>
        text.LastIndexOf("####", StringComparison.Ordinal) is >= 0 and var mark
        && double.TryParse(
            text[(mark + 4)..].Trim().TrimEnd('.').Replace(",", "", StringComparison.Ordinal),
            System.Globalization.CultureInfo.InvariantCulture, out var number)
        && Math.Abs(number - double.Parse(ans, System.Globalization.CultureInfo.InvariantCulture)) < FinalAnswer.Tolerance;

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
