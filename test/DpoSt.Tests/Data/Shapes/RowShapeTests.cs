using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Verification;

namespace DpoSt.Tests.Data.Shapes;

public sealed class RowShapeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"question": "q", "answer": "2 + 3 = 5\n#### 5"}""", "question/answer", "2 + 3 = 5\n#### 5", "5")]
    [InlineData("""{"question": "q", "answer": 5}""", "question/answer", "5", "5")]
    [InlineData("""{"question": "q", "solution": "s", "answer": "5"}""", "question/solution/answer", "s", "5")]
    [InlineData("""{"problem": "q", "solution": "so \\boxed{5}"}""", "problem/solution/answer", "so \\boxed{5}", "5")]
    [InlineData("""{"problem": "q", "solution": "s", "answer": "5", "level": 1}""", "problem/solution/answer", "s", "5")]
    [InlineData("""{"problem": "q", "answer": "5"}""", "problem/solution/answer", "5", "5")]
    [InlineData("""{"prompt": "q", "completion": "so\n#### 5"}""", "prompt/completion", "so\n#### 5", "5")]
    [InlineData(
        """{"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "5"}]}""",
        "prompt/completion", "5", "5")]
    [InlineData("""{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "5"}]}""", "messages", "5", "5")]
    public void A_shape_is_known_by_its_columns(string row, string shape, string answer, string gold)
    {
        var set = ProblemSet.Load(folder.File("rows.jsonl", row));
        Assert.Equal(shape, set.Shape);
        Assert.Equal(new Problem("0", "q", answer, gold), Assert.Single(set));
    }

    [Theory]
    [InlineData("choice-arc.parquet", "q0")]
    [InlineData("choice-mmlu.parquet", "0")]
    public void Choices_come_below_the_question_and_the_right_one_is_a_letter(string name, string id)
    {
        var choice = Verifiers.Of(new VerifierOptions("choice"));
        var set = ProblemSet.Load(SharedFolder.Path("data-formats", name), choice);
        Assert.Equal("question/choices/answer", set.Shape);
        Assert.Equal(
            new Problem(id, "Which of these is a metal?\nA) wood\nB) iron\nC) glass\nD) wool", "B", "B) iron"), set[0]);
        Assert.All(set, problem => Assert.Equal(Verdict.Correct, choice.Judge(problem.Ans, problem.Answer!).Verdict));
        Assert.Contains(
            "which the verifier number cannot read whole",
            Assert.Throws<UserErrorException>(() => ProblemSet.Load(SharedFolder.Path("data-formats", name))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"b\"", "B) iron")]
    [InlineData("1", "B) iron")]
    [InlineData("\"1\"", "B) iron")]
    [InlineData("\"iron\"", "B) iron")]
    public void A_choice_is_named_by_letter_place_or_text(string answer, string gold)
    {
        var row = $$"""{"question": "q", "choices": ["wood", "iron"], "answer": {{answer}}}""";
        Assert.Equal(gold, ProblemSet.Load(folder.File("rows.jsonl", row), Verifiers.Of(new VerifierOptions("choice")))[0].Ans);
    }

    [Fact]
    public void Columns_of_any_name_can_be_said()
    {
        var path = SharedFolder.Path("data-formats", "own-columns.csv");
        var columns = new ColumnsSection { Question = "q", Answer = "label" };
        Assert.Equal(
            [
                new("1", "Anna has 3 pens, Ben 4. Together?", "7", 7), new("2", "Half of 18?", "9", 9),
                new("3", "A box holds 12 eggs. 5 boxes?", "60", 60),
            ],
            ProblemSet.Load(path, null, columns));
        Assert.Null(ProblemSet.Load(path, null, new() { Question = "q", Gold = "label" })[0].Answer);
        Assert.Contains(
            "the columns are id, q, label, which is no shape of rows that dpost knows", Refused(path, null), StringComparison.Ordinal);
        Assert.Equal(
            $"{path}: data.columns names \"lable\", but the columns are id, q, label.", Refused(path, columns with { Answer = "lable" }));
        Assert.Contains("give data.columns.question too", Refused(path, new() { Answer = "label" }), StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_of_MATH_are_judged_by_their_boxes()
    {
        var set = ProblemSet.Load(SharedFolder.Path("data-formats", "problem-solution.jsonl"), Verifiers.Of(new VerifierOptions("boxed")));
        Assert.Equal(
            new Problem("0", "Compute 2/4.", "We reduce: \\boxed{\\frac{1}{2}}", "\\frac{1}{2}"), set[0]);
    }

    [Theory]
    [InlineData("preference-40.parquet")]
    [InlineData("preference-text-40.jsonl")]
    public void Preferences_are_pairs_to_tune_on_and_no_questions(string name)
    {
        var path = SharedFolder.Path("data-formats", name);
        var gold = ProblemSet.Load(SharedFolder.Path("data", "gsm8k", "test.jsonl")).Take(40).ToList();
        var pairs = PreferencePairFile.Read(path).ToList();
        Assert.Equal(gold.Select(p => (p.Question, p.Answer)), pairs.Select(p => (p.Prompt, (string?)p.Chosen)));
        Assert.Contains("the rows are preferences", Refused(path, null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "1"}, {"role": "user", "content": "r"}]}""",
        ":1: the conversation has several turns; fine-tuning learns from such")]
    [InlineData(
        """{"messages": [{"role": "assistant", "content": "q"}, {"role": "user", "content": "1"}]}""",
        ":1: the messages are of assistant, user; expected one of user and one of assistant")]
    [InlineData("""{"messages": []}""", ":1: the messages are of nobody; expected one of user")]
    [InlineData(
        """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "", "tool_calls": [{}]}]}""",
        ":1: the conversation calls tools")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "image"}]}]}""", ":1: a message has no role or no text")]
    [InlineData("""{"question": "q", "choices": ["a", "b"], "answer": 2}""", ":1: \"answer\" is 2, which is none of the 2 choices")]
    [InlineData("""{"question": "q", "choices": "a b", "answer": 2}""", ":1: \"choices\" is no list of texts")]
    public void A_row_that_breaks_its_shape_is_named(string row, string says)
    {
        var path = folder.File("rows.jsonl", row);
        Assert.StartsWith(path + says, Refused(path, null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_conversation_is_a_row_for_each_of_its_answers()
    {
        const string turns =
            """[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}""";
        RationaleRow[] rows = [.. RationaleFile.Read(folder.File("rows.jsonl", $$"""
            {"messages": {{turns}}, {"role": "assistant", "content": "d"}, {"role": "user", "content": "e"}]}
            {"messages": [{"role": "user", "content": "f"}, {"role": "assistant", "content": "g"}]}
            """))];
        Assert.Equal([("a", "b"), ("a\nb\nc", "d"), ("f", "g")], rows.Select(row => (row.Question, row.Answer)));
        Assert.Equal([2, 4, null], rows.Select(row => row.Conversation?.GetArrayLength()));

        RationaleRow prompted = Assert.Single(RationaleFile.Read(folder.File("prompts.jsonl", $$"""
            {"prompt": {{turns}}], "completion": [{"role": "assistant", "content": "d"}]}
            """)));
        Assert.Equal(("a\nb\nc", "d", 4), (prompted.Question, prompted.Answer, prompted.Conversation?.GetArrayLength()));
        var pair = Assert.Single(PreferencePairFile.Read(folder.File("pairs.jsonl", $$"""
            {"prompt": {{turns}}], "chosen": "d", "rejected": [{"role": "assistant", "content": "e"}]}
            """)));
        Assert.Equal(("d", "e", 3), (pair.Chosen, pair.Rejected, pair.Messages?.GetArrayLength()));
    }

    [Fact]
    public void One_system_message_is_of_all_rows()
    {
        string Row(string system) => $$"""
            {"messages": [{"role": "system", "content": "{{system}}"}, {"role": "user", "content": "q"},
             {"role": "assistant", "content": "7"}]}
            """.ReplaceLineEndings(" ");
        Assert.Equal(
            "2 rows of messages, whose system message is left out (data.system gives one to a model)",
            ProblemSet.Load(folder.File("same.jsonl", Row("s") + "\n" + Row("s"))).Said);
        var path = folder.File("other.jsonl", Row("s") + "\n" + Row("t"));
        Assert.StartsWith(
            $"{path}:2: the system message is another than that of the first row", Refused(path, null), StringComparison.Ordinal);
    }

    private static string Refused(string path, ColumnsSection? columns) =>
        Assert.Throws<UserErrorException>(() => ProblemSet.Load(path, null, columns)).Message;
}
