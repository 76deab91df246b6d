using System.Text.Json;
using DpoSt.Configuration.Sections;
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

    // Of "a b c d" against "d": one of four letters in common, three removed, three words less; and so on.
    [Theory]
    [InlineData(nameof(PairChoice.LeastAlike), "u v w|d|a b c x|a b c d e f")]
    [InlineData(nameof(PairChoice.MostAlike), "a b c d e f|a b c x|d|u v w")]
    [InlineData(nameof(PairChoice.MostEdits), "u v w|d|a b c d e f|a b c x")]
    [InlineData(nameof(PairChoice.EqualLength), "a b c x|u v w|a b c d e f|d")]
    public void Takes_those_first_that_the_choice_prefers(string choice, string order)
    {
        var question = new LabelledQuestion("q", null, ["a b c d"], ["d", "a b c x", "u v w", "a b c d e f"]);
        var pairs = PairBuilder.Build([question], PromptFormat.T5, Letters, new(MaxPairs: 4, Pairs: Enum.Parse<PairChoice>(choice)));
        Assert.Equal(order.Split('|'), pairs.Select(pair => pair.Rejected));
    }

    [Fact]
    public void Takes_each_rationale_once_or_any_pair()
    {
        var question = new LabelledQuestion("q", null, ["a b c d", "u q"], ["a b", "u w"]);
        Assert.Equal(
            [("a b c d", "u w"), ("u q", "a b")],
            Build(PairChoice.EachOnce, 1).Select(pair => (pair.Chosen, pair.Rejected)).Order());
        var any = Enumerable.Range(1, 20).Select(seed => Build(PairChoice.Random, seed)).ToList();
        Assert.All(any, pairs => Assert.Equal(3, pairs.Distinct().Count()));
        Assert.Equal(4, any.SelectMany(pairs => pairs).Distinct().Count());
        Assert.True(any.DistinctBy(pairs => pairs[0]).Count() == 4);
        Assert.Equal(any[0], Build(PairChoice.Random, 1));

        IReadOnlyList<PreferencePair> Build(PairChoice choice, long seed) =>
            PairBuilder.Build([question], PromptFormat.T5, Letters, new(Pairs: choice, Seed: seed));
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
