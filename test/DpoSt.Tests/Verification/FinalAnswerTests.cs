using CsCheck;
using DpoSt.Tests.Text;
using DpoSt.Verification;

namespace DpoSt.Tests.Verification;

public sealed class FinalAnswerTests
{
    [Theory]
    [InlineData("so 27.\n#### 27", 27.0)]
    [InlineData("#### 27.", 27.0)]
    [InlineData("#### $1,234.50", 1234.5)]
    [InlineData("#### $ 1,234.50.", 1234.5)]
    [InlineData("#### -$5", -5.0)]
    [InlineData("#### $-5", -5.0)]
    [InlineData("#### 1,234.50.", 1234.5)]
    [InlineData("####5", 5.0)]
    [InlineData("####\n5", 5.0)]
    [InlineData("#### +5", 5.0)]
    [InlineData("#### 12 #### abc", 12.0)]
    [InlineData("apartment #5", null)]
    [InlineData("#### five", null)]
    [InlineData("#### 1.2.3", null)]
    [InlineData("", null)]
    public void Reads_the_number_after_the_mark(string text, double? expected) => Assert.Equal(expected, FinalAnswer.Extract(text));

    [Theory]
    [InlineData(2.0, 2.00009, true)]
    [InlineData(2.0, 2.0002, false)]
    [InlineData(-0.0, 0.0, true)]
    [InlineData(2.0, null, false)]
    [InlineData(null, null, false)]
    public void Compares_with_one_tolerance(double? a, double? b, bool same)
    {
        Assert.Equal(same, FinalAnswer.AreSame(a, b));
        Assert.Equal(same, FinalAnswer.AreSame(b, a));
    }

    [Fact]
    public void Never_throws_on_any_text() =>
        Gen.OneOf(Gen.Char["#$ -+.,0123456789"], Gen.Char).Array[0, 60].Sample(text => { _ = FinalAnswer.Extract(new string(text)); });

    [Fact]
    public void Reads_what_the_reference_reads_and_seven_texts_more()
    {
        var more = new List<string>();
        foreach (var item in GsmRows.Fixture("data-prep", "extract_answer.json").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var ours = FinalAnswer.Extract(text);
            var theirs = item.GetProperty("answer");
            if (theirs.ValueKind == System.Text.Json.JsonValueKind.Number)
            {
                Assert.True(ours == theirs.GetDouble(), text);
            }
            else if (ours is not null)
            {
                more.Add(text);
            }
        }

        Assert.Equal(["####5", "#### $5", "#### +5", "####  5", "####\t5", "####\n5", "#### \u00A05"], more);
    }

    [Fact]
    public void Reads_every_gold_answer() => Assert.DoesNotContain(GsmRows.Answers(), answer => FinalAnswer.Extract(answer) is null);
}
