using DpoSt.Models.Decoding;

namespace DpoSt.Tests.Models.Decoding;

public sealed class RaggedStepTests
{
    [Fact]
    public void Tokens_lie_behind_what_their_slots_hold()
    {
        int[] rowLength = [4, 0, 7];
        var step = RaggedStep.Of([2, 0], [3, 1], rowLength, rowPrompt: [5, 0, 1], promptLength: [0, 11, 0, 0, 0, 13]);
        Assert.Equal([2, 2, 2, 0], step.Slots);
        Assert.Equal([7, 8, 9, 4], step.Positions);
        Assert.Equal([8, 9, 10, 5], step.Lengths);
        Assert.Equal([1, 1, 1, 5], step.Prompts);
        Assert.Equal([11, 11, 11, 13], step.PromptLengths);
        Assert.Equal([2, 3], step.Last);
        Assert.Equal([5, 0, 10], rowLength);
    }

    [Fact]
    public void No_entry_is_an_empty_step() => Assert.Empty(RaggedStep.Of([], [], [1], [0], [1]).Slots);
}
