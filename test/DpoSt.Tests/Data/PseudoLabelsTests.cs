using System.Globalization;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Text;

namespace DpoSt.Tests.Data;

public sealed class PseudoLabelsTests
{
    [Theory]
    [InlineData("t5", "rft_from_dpo-1")]
    [InlineData("t5", "rft_from_dpo-2_and_dpo-1")]
    [InlineData("llama-2", "rft_from_dpo-1")]
    public void Makes_the_references_rows(string family, string name)
    {
        var goldens = new SelectionGoldens(family);
        var golden = goldens.Json(name + ".json");
        var labels = PseudoLabels.Build(SelectionGoldens.Questions(golden), goldens.Format, goldens.Tokenize);
        var found = golden.GetProperty("stdout").GetString()!.Split("Total training data: ")[1].Split('\n')[0];
        Assert.Equal(golden.GetProperty("threshold_90th_percentile").GetInt32(), labels.Threshold);
        Assert.Equal(int.Parse(found, CultureInfo.InvariantCulture), labels.Found);
        Assert.Equal(RationaleFile.Read(goldens.File(name + ".train_rft_processed.jsonl")), labels.Rows);
    }

    [Fact]
    public void Puts_gold_first_and_leaves_unsolved_pool_questions_out()
    {
        LabelledQuestion[] questions =
            [new("q", "z #### 1", ["b", "a", "b"], ["c"]), new("pool", null, ["e"], []), new("unsolved", null, [], ["f"])];
        var labels = PseudoLabels.Build(questions, PromptFormat.T5, text => [text[0]], new(Percentile: 100));
        Assert.Equal([new("q", "z #### 1"), new("q", "a"), new("q", "b"), new("pool", "e")], labels.Rows);
        Assert.Equal((3, 4), (labels.Threshold, labels.Found));
        Assert.Equal(2, PseudoLabels.Build(questions, PromptFormat.T5, text => [text[0]], new(Percentile: 0)).Rows.Count);
        Assert.Empty(PseudoLabels.Build([], PromptFormat.T5, text => [text[0]]).Rows);
    }

    [Fact]
    public void A_text_too_like_a_kept_one_is_dropped_and_order_is_by_code_point()
    {
        // U+FF5E sorts before U+1F600 by code point, after it in UTF-16. "ab" has the letters of "aab", "abc" two thirds of them.
        string[] samples = ["\U0001F600", "\uFF5E", "ab", "abc", "aab"];
        Assert.Equal(["aab", "\uFF5E", "\U0001F600"], Kept(samples, 0.66));
        Assert.Equal(["aab", "abc", "\uFF5E", "\U0001F600"], Kept(samples, 0.67));
    }

    [Theory]
    [InlineData(90, 9.1)]
    [InlineData(50, 5.5)]
    [InlineData(0, 1)]
    [InlineData(100, 10)]
    public void The_percentile_interpolates(double percentile, double expected) =>
        Assert.Equal(expected, PseudoLabels.Percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], percentile), 1e-12);

    private static IEnumerable<string> Kept(string[] samples, double maxSimilarity) =>
        Candidates.Distinct(null, samples, text => [.. text.Select(c => (int)c)], maxSimilarity).Select(candidate => candidate.Text);
}
