using System.Text.Json;
using DpoSt.SelfTraining.Resampling;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training;
using DpoSt.Training.Resuming;

namespace DpoSt.Tests.SelfTraining.Resampling;

/// <summary>Which examples a step has where they are made anew; an example is a name and a batch its names.</summary>
public sealed class RenewedExamplesTests
{
    private static readonly TrainingRecipe Recipe = new() { BatchSize = 2, GradientAccumulation = 2, Seed = 5 };

    [Fact]
    public void Until_the_first_drawing_all_is_as_without_one_and_then_the_drawn_ones_come()
    {
        var (renewed, asked) = New(step => [.. Enumerable.Range(0, 5).Select(i => $"{step}/{i}")]);
        var plain = new RenewedExamples<string[]>(Recipe, Given(), null, (_, _) => { });
        Assert.All(Enumerable.Range(0, 4), step => Assert.Equal(plain.At(step), renewed.At(step)));
        Assert.Null(renewed.Kept);
        for (var step = 4; step < 12; step++)
        {
            var names = renewed.At(step).SelectMany(batch => batch).ToArray();
            Assert.All(names, name => Assert.StartsWith(step < 8 ? "4/" : "8/", name, StringComparison.Ordinal));
            Assert.Equal(names.Length, names.Distinct().Count());
        }

        Assert.Equal([4, 8], asked);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]                                        // behind the last step of the earlier rows: they are still those
    [InlineData(6)]
    [InlineData(11)]
    public void A_training_that_resumes_has_the_same_examples_and_asks_no_more(int stopped)
    {
        var (whole, _) = New(Names);
        var expected = Enumerable.Range(0, 14).Select(step => whole.At(step).SelectMany(b => b).ToArray()).ToArray();
        var (first, before) = New(Names);
        Enumerable.Range(0, stopped).ToList().ForEach(step => first.At(step));
        var kept = JsonSerializer.Deserialize<KeptRows?>(JsonSerializer.Serialize(first.Kept));
        var (second, after) = New(Names);
        second.Restore(kept);
        Assert.All(Enumerable.Range(stopped, 14 - stopped), step => Assert.Equal(expected[step], second.At(step).SelectMany(b => b)));
        Assert.Equal([4, 8, 12], [.. before, .. after]);
    }

    // Behind step 8 nothing is drawn.
    private static string[]? Names(long step) => step == 8 ? null : [$"{step}/a", $"{step}/b", $"{step}/c"];

    [Fact]
    public void Where_nothing_is_drawn_the_earlier_ones_stay()
    {
        var (renewed, _) = New(_ => null);
        Enumerable.Range(0, 4).ToList().ForEach(step => renewed.At(step));
        Assert.All(renewed.At(4).SelectMany(batch => batch), name => Assert.StartsWith("given", name, StringComparison.Ordinal));
        Assert.Equal(4, renewed.Kept!.Since);
        Assert.Null(renewed.Kept.Rows);
    }

    [Fact]
    public void Every_question_is_asked_before_any_is_asked_again()
    {
        int[][] turns = [.. Enumerable.Range(0, 5).Select(i => Resampler.Turn(i, 4, 10, 3).ToArray())];
        Assert.Equal(Enumerable.Range(0, 10).SelectMany(i => (int[])[i, i]), turns.SelectMany(turn => turn).Order());
        Assert.Equal(8, turns[0].Concat(turns[1]).Distinct().Count());
        Assert.NotEqual(turns[0], Resampler.Turn(0, 4, 10, 4));
    }

    private static Examples<string[]> Given() => Of([.. Enumerable.Range(0, 6).Select(i => $"given {i}")]);

    private static Examples<string[]> Of(string[] names) =>
        new([.. names.Select(name => (name.Length, 1))], part => [.. part.Select(i => names[i])]);

    private static (RenewedExamples<string[]> Renewed, List<long> Asked) New(Func<long, string[]?> draw)
    {
        var asked = new List<long>();
        var renewal = new Renewal<string[]>(
            4,
            step =>
            {
                asked.Add(step);
                return new DrawnRows(draw(step) is { } names ? JsonSerializer.SerializeToElement(names) : null, [], "");
            },
            rows => Of(rows.Deserialize<string[]>()!));
        return (new RenewedExamples<string[]>(Recipe, Given(), renewal, (_, _) => { }), asked);
    }
}
