using DpoSt.Text;

namespace DpoSt.Tests.Text;

public sealed class PromptFormatTests
{
    private const string Gold = "Mark is 15+7 = <<15+7=22>>22 years old\nHe pays $5 <<5=5>>5.\n#### 27";

    [Fact]
    public void Formats_a_rationale_for_T5() =>
        Assert.Equal("Mark is 15 + 7 = [ 15 + 7 = 22] 22 years old. He pays $ 5 5. #### 27", PromptFormat.T5.Target(Gold));

    [Fact]
    public void Keeps_the_rationale_for_Llama_and_wraps_the_question()
    {
        Assert.Equal(Gold, PromptFormat.Llama.Target(Gold));
        Assert.Equal(
            "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
            + "### Instruction:\nWhy?\n\n### Response:\n",
            PromptFormat.Llama.Prompt("Why?"));
        Assert.Equal("Why?", PromptFormat.T5.Prompt("Why?"));
    }

    [Fact]
    public void Each_format_knows_its_calculator()
    {
        Assert.Same(CalculatorFormat.T5, PromptFormat.T5.Calculator);
        Assert.Same(CalculatorFormat.T5, PromptFormat.T5Paper.Calculator);
        Assert.Same(CalculatorFormat.Llama, PromptFormat.Llama.Calculator);
    }

    [Theory]
    [InlineData("gsm8k_train_first_200", 200)]
    [InlineData("tricky", 39)]
    public void Formats_as_the_reference_does(string group, int count)
    {
        var rows = GsmRows.Fixture("data-prep", "process_answer.json").GetProperty(group).EnumerateArray().ToArray();
        Assert.Equal(count, rows.Length);
        foreach (var row in rows)
        {
            Assert.Equal(row.GetProperty("processed").GetString(), PromptFormat.T5.Target(row.GetProperty("answer").GetString()!));
        }
    }

    [Fact]
    public void Is_idempotent_on_the_training_data_where_the_reference_is_not()
    {
        foreach (var answer in GsmRows.Answers())
        {
            var once = PromptFormat.T5.Target(answer);
            Assert.Equal(once, PromptFormat.T5.Target(once));
            Assert.Equal(once, PromptFormat.T5Paper.Target(answer));
            Assert.EndsWith(".", PromptFormat.T5Paper.Target(once), StringComparison.Ordinal);
        }
    }
}
