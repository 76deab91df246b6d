using DpoSt.Data;

namespace DpoSt.Tests.Data.PublishedFormats;

/// <summary>Data sets in the form their authors publish them in.</summary>
public sealed class PublishedSetTests : IDisposable
{
    private const string Asdiv = """
        <?xml version="1.0" encoding="UTF-8" ?>
        <Machine-Reading-Corpus-File>
        <ProblemSet>
            <Problem ID="n-1" Grade="1" Source="x">
                <Body>Seven red apples &amp; two green ones are in the basket.</Body>
                <Question>How many?</Question>
                <Solution-Type>Addition</Solution-Type>
                <Answer>9 (apples)</Answer>
                <Formula>7+2=9</Formula>
            </Problem>
            <Problem ID="n-2"><Body>If a pen costs 1,200 cents,</Body><Question>what part is 900?</Question>
            <Answer>3/4</Answer><Formula>LCM[8,20]=40</Formula></Problem>
            <Problem ID="n-3"><Body>A.</Body><Question>Who?</Question><Answer>Mrs. Hilt</Answer><Formula>3&gt;2</Formula></Problem>
            <Problem ID="n-4"><Body>A.</Body><Question>Both?</Question><Answer>9 (a); 3 (b)</Answer><Formula>x=y</Formula></Problem>
            <Problem ID="n-5"><Body>A.</Body><Question>How many?</Question><Answer>1,005  (seats)</Answer></Problem>
        </ProblemSet>
        </Machine-Reading-Corpus-File>
        """;

    private const string Svamp = """
        [
          {"ID": "chal-1", "Body": "Each pack of dvds costs 76 dollars. If there is a discount of 25 dollars on each pack",
           "Question": "How much do you have to pay to buy each pack?", "Equation": "( 76.0 - 25.0 )",
            "Answer": 51.0, "Type": "Subtraction"},
          {"ID": "chal-2", "Body": "Two birds sit.", "Question": "How many?", "Equation": "( 1.0 + 2.0 )", "Answer": 2.0,
           "Type": "Addition"}
        ]
        """;

    private const string MultiArith = """
        [{"iIndex": 0, "sQuestion": " Paige had 36 math and 8 science problems. If she finished 35, how many are left? ",
          "lEquations": ["X=((36.0+8.0)-35.0)"], "lSolutions": [9.0], "lAlignments": [1, 2, 3]},
         {"iIndex": 1, "sQuestion": "Two unknowns?", "lEquations": ["X+Y=3", "X-Y=1"], "lSolutions": [2.0, 1.0]}]
        """;

    private readonly TemporaryFolder folder = new();

    // A declaration that does not end: it is laid out below, as attributes hold no more than constants.
    private const string Declaration = "DECLARATION";

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ASDiv_gives_every_problem_with_one_number()
    {
        var set = ProblemSet.Load(folder.File("ASDiv.xml", Asdiv));
        Assert.Equal(
            [
                new("n-1", "Seven red apples & two green ones are in the basket. How many?", "<<7+2=9>>9\n#### 9", 9),
                new("n-2", "If a pen costs 1,200 cents, what part is 900?", null, 0.75),
                new("n-5", "A. How many?", null, 1005),
            ],
            set);
        Assert.Equal(2, set.LeftOut);
    }

    [Fact]
    public void SVAMP_gives_story_and_question_and_its_formula_where_it_holds() => Assert.Equal(
        [
            new(
                "chal-1",
                "Each pack of dvds costs 76 dollars. If there is a discount of 25 dollars on each pack. "
                + "How much do you have to pay to buy each pack?",
                "<<(76.0-25.0)=51>>51\n#### 51", 51),
            new("chal-2", "Two birds sit. How many?", null, 2),
        ],
        ProblemSet.Load(folder.File("SVAMP.json", "\n " + Svamp)));

    [Fact]
    public void SVAMP_reads_as_the_same_questions_in_lines() =>
        Assert.Equal(ProblemSet.Load(SharedFolder.Path("data", "svamp.jsonl"))[0].Question,
            ProblemSet.Load(folder.File("SVAMP.json", Svamp))[0].Question);

    [Fact]
    public void MultiArith_gives_questions_with_one_solution()
    {
        var set = ProblemSet.Load(folder.File("MultiArith.json", MultiArith));
        Assert.Equal(
            [new("0", "Paige had 36 math and 8 science problems. If she finished 35, how many are left?",
                "<<((36.0+8.0)-35.0)=9>>9\n#### 9", 9)],
            set);
        Assert.Equal(1, set.LeftOut);
    }

    [Fact]
    public void GSM8K_is_lines_as_published() => Assert.Equal(
        [new("0", "How many?", "Half is 48/2 = <<48/2=24>>24.\n#### 1,024", 1024)],
        ProblemSet.Load(folder.File("test.jsonl", """{"question": "How many?", "answer": "Half is 48/2 = <<48/2=24>>24.\n#### 1,024"}""")));

    [Theory]
    [InlineData("<a><Problem", ":1: the file is not plain XML")]
    [InlineData("<a></a>", ": the file holds no problem")]
    [InlineData("<a>\n<Problem ID=\"1\"><Body>x</Body><Answer>1</Answer></Problem></a>", ":2: the problem has no <Question>")]
    [InlineData("<a><Problem><Body>x</Body></Problem></a>", ":1: the problem has no ID")]
    [InlineData("<a><Problem ID=\"1\"><Body/><Question>q</Question><Answer>1</Answer></Problem><Problem "
        + "ID=\"1\"><Body/><Question>q</Question><Answer>1</Answer></Problem></a>", ": the id \"1\" comes twice")]
    [InlineData(Declaration, ":1: the file is not plain XML")]
    [InlineData("[{\"Body\": \"a\"", ":1: the file is not a whole JSON list")]
    [InlineData("[{\"Body\": \"a\"}]", ":problem:1: \"Question\" is missing")]
    [InlineData("[3]", ":row:1: the row is not a JSON object")]
    [InlineData("[{\"Body\": \"a\", \"Question\": \"b\"}]", ":problem:1: \"Answer\" is missing")]
    [InlineData("[{\"sQuestion\": \"a\"}]", ":problem:1: \"lSolutions\" is not a list")]
    [InlineData("[{\"sQuestion\": \"\\ud800\"}]", ":row:1: a string holds an incomplete")]
    [InlineData("[]", ": the file holds no problem")]
    public void What_is_no_such_file_is_a_sentence(string text, string says)
    {
        var path = folder.File("data", text == Declaration ? $"<?xml version=\"1.0{new string('\u00e9', 20_000)}" : text);
        Assert.StartsWith(path + says, Assert.Throws<UserErrorException>(() => ProblemSet.Load(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<a><Problem ID=\"1\">", "</Problem></a>", "the file is not plain XML")]
    [InlineData("<a>", "</a>", "the file holds no problem")]
    public void Elements_nested_without_end_do_not_end_the_program(string before, string after, string says)
    {
        const int depth = 100_000;
        var path = folder.File("deep.xml",
            $"{before}{string.Concat(Enumerable.Repeat("<b>", depth))}{string.Concat(Enumerable.Repeat("</b>", depth))}{after}");
        Assert.Contains(says, Assert.Throws<UserErrorException>(() => ProblemSet.Load(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><a><Problem "
        + "ID=\"1\"><Body>&x;</Body><Question>q</Question><Answer>1</Answer></Problem></a>")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><a>&c;</a>")]
    [InlineData("<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\"><a/>")]
    public void A_document_type_is_refused_and_nothing_it_names_is_opened(string text)
    {
        var path = folder.File("evil.xml", text);
        Assert.StartsWith(
            $"{path}:1: the file is not plain XML", Assert.Throws<UserErrorException>(() => ProblemSet.Load(path)).Message,
            StringComparison.Ordinal);
    }
}
