using System.Text.Json;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Text;

namespace DpoSt.Tests.Data;

public sealed class PairBuilderTests
{
    [Theory]
    [InlineData("t5", "dpo_from_sft-0")]
    [InlineData("t5", "dpo_from_sft-1_and_sft-0")]
    [InlineData("llama-2", "dpo_from_sft-0")]
    public void Makes_the_references_pairs(string family, string name)
    {
        var goldens = new SelectionGoldens(family);
        var golden = goldens.Json(name + ".json");
        var questions = SelectionGoldens.Questions(golden);
        var expected = PreferencePairFile.Read(goldens.File(name + ".train_dpo_processed.jsonl"))
            .ToLookup(pair => pair.Prompt, StringComparer.Ordinal);
        var pairs = PairBuilder.Build(questions, goldens.Format, goldens.Tokenize);
        var actual = pairs.ToLookup(pair => pair.Prompt, StringComparer.Ordinal);

        Assert.Equal(golden.GetProperty("output_rows").GetInt32(), pairs.Count);
        Assert.Equal(expected.Select(group => group.Key), actual.Select(group => group.Key));
        foreach (var question in golden.GetProperty("questions").EnumerateArray())
        {
            var prompt = goldens.Format.Prompt(questions[question.GetProperty("question_index").GetInt32()].Question);
            if (question.GetProperty("selected_set_depends_on_shuffle").GetBoolean())
            {
                Assert.Equal(expected[prompt].Count(), actual[prompt].Count());
            }
            else if (question.GetProperty("order_within_selected_depends_on_shuffle").GetBoolean())
            {
                Assert.Equal(expected[prompt].ToHashSet(), actual[prompt].ToHashSet());
            }
            else
            {
                Assert.Equal(expected[prompt], actual[prompt]);
            }
        }
    }

    [Theory]
    [InlineData("t5", "dpo_from_sft-0")]
    [InlineData("t5", "dpo_from_sft-1_and_sft-0")]
    [InlineData("llama-2", "dpo_from_sft-0")]
    public void Finds_the_references_candidates_and_similarities(string family, string name)
    {
        var goldens = new SelectionGoldens(family);
        var golden = goldens.Json(name + ".json");
        var questions = SelectionGoldens.Questions(golden);
        foreach (var expected in golden.GetProperty("questions").EnumerateArray())
        {
            var question = questions[expected.GetProperty("question_index").GetInt32()];
            var positives = Candidates.Distinct(goldens.Format.Target(question.Gold!), question.Positives, goldens.Tokenize, 0.7);
            var negatives = Candidates.Distinct(null, question.Negatives, goldens.Tokenize, 0.7);
            var similarities = expected.GetProperty("similarity_positive_x_negative").EnumerateArray()
                .SelectMany(row => row.EnumerateArray());
            Assert.Equal(Texts(expected.GetProperty("positives_after_dedup_before_shuffle")), positives.Select(c => c.Text));
            Assert.Equal(Texts(expected.GetProperty("negatives_after_dedup_before_shuffle")), negatives.Select(c => c.Text));
            Assert.Equal(similarities.Select(v => v.GetDouble()), positives.SelectMany(p => negatives.Select(p.Similarity)));
        }
    }

    [Fact]
    public void Takes_the_least_alike_pairs_first()
    {
        var question = new LabelledQuestion("q", "a b c #### 1", [], ["a b c d", "a b x y", "u v w", "a v w z"]);
        var pairs = PairBuilder.Build([question], PromptFormat.T5, Letters);
        Assert.Equal(["u v w", "a v w z", "a b x y"], pairs.Select(pair => pair.Rejected));
        Assert.All(pairs, pair => Assert.Equal(("q", "a b c #### 1"), (pair.Prompt, pair.Chosen)));
        Assert.Equal(2, PairBuilder.Build([question], PromptFormat.T5, Letters, new(MaxPairs: 2)).Count);
    }

    [Fact]
    public void A_question_needs_both_sides()
    {
        LabelledQuestion[] questions = [new("no negative", "gold #### 1", ["a"], []), new("no positive", null, [], ["b"])];
        Assert.Empty(PairBuilder.Build(questions, PromptFormat.T5, Letters));
    }

    [Fact]
    public void The_seed_decides_between_ties_and_other_questions_do_not()
    {
        LabelledQuestion[] questions =
            [.. Enumerable.Range(0, 20).Select(i => new LabelledQuestion($"q{i}", "a", [], ["b", "c", "d", "e", "f"]))];
        var all = PairBuilder.Build(questions, PromptFormat.T5, Letters);
        Assert.Equal(all, PairBuilder.Build(questions, PromptFormat.T5, Letters));
        Assert.NotEqual(all, PairBuilder.Build(questions, PromptFormat.T5, Letters, new(Seed: 43)));
        Assert.Equal(all.Skip(30), PairBuilder.Build(questions[10..], PromptFormat.T5, Letters));
    }

    private static IEnumerable<string> Texts(JsonElement array) => array.EnumerateArray().Select(text => text.GetString()!);

    private static IReadOnlyCollection<int> Letters(string text) => [.. text.Where(char.IsAsciiLetter).Select(c => (int)c)];
}
