using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Text;

namespace DpoSt.Tests.Data;

public sealed class JudgedRowsTests
{
    [Fact]
    public void Every_distinct_rationale_is_a_row_also_of_questions_without_a_pair()
    {
        LabelledQuestion[] questions =
        [
            new("both", "a b #### 1", ["a b #### 1", "c d"], ["e f", "e f"]), new("right", null, ["g h", "g h i"], []),
            new("wrong", null, [], ["j k"]),
        ];
        var rows = JudgedRows.Build(questions, PromptFormat.T5, Letters, new(MaxSimilarity: 0.6));
        Assert.Equal(
            [
                new JudgedRow("both", "a b #### 1", true), new("both", "c d", true), new("both", "e f", false),
                new("right", "g h", true), new("wrong", "j k", false),
            ],
            rows);
        using var folder = new TemporaryFolder();
        JudgedRowFile.Write(folder.File("rows.jsonl"), rows);
        Assert.Equal(rows, JudgedRowFile.Read(folder.File("rows.jsonl")));
        File.WriteAllText(folder.File("rows.jsonl"), "{\"prompt\": \"a\", \"completion\": \"b\", \"label\": 1}\n");
        Assert.Contains(
            "rows.jsonl:1: \"label\" is not true or false",
            Assert.Throws<UserErrorException>(() => JudgedRowFile.Read(folder.File("rows.jsonl")).ToList()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_stranger_is_of_another_prompt()
    {
        JudgedRow[] rows = [.. "aabacccc".Select((prompt, i) => new JudgedRow($"{prompt}", $"{prompt}{i}", i % 2 == 0))];
        var pairs = JudgedRows.WithStrangers(rows, "rows.jsonl");
        Assert.Equal(rows.Select(r => (r.Prompt, r.Completion)), pairs.Select(p => (p.Prompt, p.Chosen)));
        Assert.All(pairs, pair => Assert.NotEqual(pair.Prompt, pair.Rejected[..1]));
        Assert.Contains(
            "all rows are of one prompt",
            Assert.Throws<UserErrorException>(() => JudgedRows.WithStrangers(rows[4..], "rows.jsonl")).Message, StringComparison.Ordinal);
    }

    private static IReadOnlyCollection<int> Letters(string text) => [.. text.Where(char.IsAsciiLetter).Select(c => (int)c)];
}
