using DpoSt.Runs;

namespace DpoSt.Tests.Runs;

public sealed class RunNameTests
{
    [Theory]
    [InlineData("sft-0", "sft", 0, "")]
    [InlineData("dpo-3", "dpo", 3, "dpo-1 dpo-2")]
    [InlineData("sft-0-more", "sft", 0, "")]
    [InlineData("sft-2-more", "sft", 2, "")]
    [InlineData("flan-t5-base-2", "flan-t5-base", 2, "flan-t5-base-0 flan-t5-base-1")]
    [InlineData("mine", "mine", null, "")]
    [InlineData("-1", "-1", null, "")]
    [InlineData("run-99999999999", "run-99999999999", null, "")]
    [InlineData("run-", "run-", null, "")]
    public void A_name_is_a_kind_and_a_number(string text, string kind, int? number, string earlier)
    {
        var name = RunName.Parse(text);
        Assert.Equal((text, kind, number), (name.Text, name.Kind, name.Number));
        Assert.Equal(earlier, string.Join(' ', name.Earlier()));
    }

    [Fact]
    public void Names_that_are_made_are_those_that_are_read()
    {
        Assert.Equal(RunName.Parse("sft-1"), RunName.Sft(1));
        Assert.Equal(RunName.Parse("dpo-1"), RunName.Dpo(1));
        Assert.Equal(RunName.Parse("st-1"), RunName.Baseline(1));
        Assert.Equal("sft-0-more", RunName.MoreOfWarmUp.Text);
    }

    [Theory]
    [InlineData("sft-1", "sft-0", "dpo-1", "st-1", "sft-1")]
    [InlineData("dpo-2", "sft-0", "dpo-1", "dpo-2", "st-2")]
    [InlineData("sft-0", "sft-0", "sft-0-more")]
    [InlineData(null, "st-1")]
    public void A_run_ends_with_its_last_iteration_s_model(string? last, params string[] runs) =>
        Assert.Equal(last, RunName.ResultOf(runs.Select(RunName.Parse))?.Text);
}
