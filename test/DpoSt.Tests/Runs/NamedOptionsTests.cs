using DpoSt.Runs;

namespace DpoSt.Tests.Runs;

/// <summary>What differs between two ways to make an output is told by the keys of a configuration.</summary>
public sealed class NamedOptionsTests
{
    private static readonly SortedDictionary<string, string> Before = NamedOptions.Of(Training(0.1, "sft", 3));

    [Theory]
    [InlineData("trainer.learning_rate 0.1 -> 0.2", 0.2, "sft", 3)]
    [InlineData("trainer.num_train_epochs 3 -> 4", 0.1, "sft", 4)]
    [InlineData("", 0.1, "sft", 3)]
    public void Options_have_the_names_of_their_keys(string difference, double rate, string objective, int epochs) =>
        Assert.Equal(difference, NamedOptions.Difference(Before, NamedOptions.Of(Training(rate, objective, epochs))));

    [Fact]
    public void A_limit_is_called_as_its_objective_calls_it() => Assert.Equal(
        [("data.max_src_len", "200"), ("trainer.max_prompt_length", "200")],
        ((string[])["sft", "dpo"]).Select(objective => NamedOptions.Of(Training(0.1, objective, 3)).Single(o => o.Value == "200"))
            .Select(option => (option.Key, option.Value)));

    [Fact]
    public void What_is_new_or_gone_is_not_set_long_values_are_short_and_many_are_counted()
    {
        Assert.Equal(
            "a 1 -> not set, b not set -> true",
            NamedOptions.Difference(NamedOptions.Of(new { A = 1 }), NamedOptions.Of(new { B = true })));
        var text = NamedOptions.Of(new { Text = new string('x', 10_000) })["text"];
        Assert.InRange(text.Length, 80, 140);
        Assert.NotEqual(text, NamedOptions.Of(new { Text = new string('x', 9_999) + "y" })["text"]);
        Assert.EndsWith(" and 2 more", NamedOptions.Difference(
            NamedOptions.Of(new { A = 1, B = 1, C = 1, D = 1, E = 1, F = 1, G = 1 }),
            NamedOptions.Of(new { A = 2, B = 2, C = 2, D = 2, E = 2, F = 2, G = 2 })), StringComparison.Ordinal);
        Assert.Equal("", NamedOptions.Difference(null, NamedOptions.Of(new { A = 1 })));
        Assert.Equal("", NamedOptions.Difference(NamedOptions.Of(7), NamedOptions.Of(8)));
    }

    private static object Training(double rate, string objective, int epochs) => new
    {
        Objective = objective,
        Settings = new
        {
            Recipe = new { LearningRate = rate, Epochs = epochs, AdamW = new { Beta1 = 0.9 } },
            Limits = new { Prompt = 200, Completion = 300 },
        },
    };
}
