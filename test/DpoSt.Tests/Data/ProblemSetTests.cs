using DpoSt.Data;
using DpoSt.Verification;

namespace DpoSt.Tests.Data;

public sealed class ProblemSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Reads_problems_and_fills_in_what_is_absent()
    {
        var path = folder.File("a.jsonl", """
            {"question": "q0", "answer": "a.\n#### 1,027", "ans": 27.0}

            {"question": "q1", "answer": "a.\n#### 1,027"}
            {"id": "chal-7", "question": "q2", "answer": null, "ans": -0.5}
            {"id": 12, "question": "q3", "ans": 1}
            """);
        Assert.Equal(
            [
                new("0", "q0", "a.\n#### 1,027", 27),
                new("1", "q1", "a.\n#### 1,027", 1027),
                new("chal-7", "q2", null, -0.5),
                new("12", "q3", null, 1),
            ],
            ProblemSet.Load(path));
    }

    [Theory]
    [InlineData("", ": the file holds no problem")]
    [InlineData("{}", ":1: the columns are none, which is no shape of rows that dpost knows")]
    [InlineData("{\"question\": \"q\", \"ans\": 1}\n{\"ans\": 1}", ":2: \"question\" is missing")]
    [InlineData("""{"question": " ", "ans": 1}""", ":1: the question is empty")]
    [InlineData("""{"question": "q", "answer": "#### none"}""", ":1: the gold answer is \"none\", which the verifier number cannot read")]
    [InlineData("""{"question": "q"}""", ":1: there is no final answer")]
    [InlineData("""{"question": "q", "ans": "2 or 3"}""", ":1: the gold answer is \"2 or 3\", which the verifier number cannot read")]
    [InlineData("""{"question": "q", "ans": true}""", ":1: \"ans\" is not a string or a finite number")]
    [InlineData("""{"question": "q", "ans": 1e999}""", ":1: \"ans\" is not a string or a finite number")]
    [InlineData("""{"question": "q", "answer": {}, "ans": 5}""", ":1: \"answer\" is not a string")]
    [InlineData("""{"question": "q", "id": [], "ans": 5}""", ":1: \"id\" is neither")]
    [InlineData("{\"question\": \"q\", \"ans\": 5}\n{\"question\": \"r\", \"ans\": 5, \"id\": 0}",
        ":2: the id \"0\" was used on line 1 already")]
    public void Refuses_what_is_no_problem(string text, string message)
    {
        var path = folder.File("a.jsonl", text);
        var error = Assert.Throws<UserErrorException>(() => ProblemSet.Load(path));
        Assert.StartsWith(path + message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gsm8k/train.jsonl", 6_705)]
    [InlineData("gsm8k/dev.jsonl", 768)]
    [InlineData("gsm8k/test.jsonl", 1_319)]
    [InlineData("svamp.jsonl", 1_000)]
    public void Reads_the_shared_data(string name, int count)
    {
        var problems = ProblemSet.Load(SharedFolder.Path("data", name));
        Assert.Equal(count, problems.Count);
        Assert.All(problems, problem => Assert.Equal(
            Verdict.Correct, Verifiers.Number.Judge(problem.Ans, problem.Answer!).Verdict));
    }
}
