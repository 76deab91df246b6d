using DpoSt.Training;

namespace DpoSt.Tests.Training;

public sealed class BatchOrderTests
{
    [Theory]
    [InlineData(10, 3, 1)]
    [InlineData(10, 3, 2)]
    [InlineData(12, 4, 50)]
    [InlineData(1, 8, 4)]
    [InlineData(97, 8, 4)]
    [InlineData(97, 8, 1_000_000_000)]
    public void Every_epoch_covers_all_examples_once(int examples, int batchSize, int window)
    {
        var order = Order(examples, batchSize, window, seed: 1);
        for (var epoch = 0L; epoch < 3; epoch++)
        {
            var steps = Enumerable.Range(0, (int)order.StepsPerEpoch).Select(s => order.At(epoch * order.StepsPerEpoch + s)).ToArray();
            Assert.Equal(Enumerable.Range(0, examples), steps.SelectMany(s => s).Order());
            Assert.All(steps, s => Assert.InRange(s.Length, 1, batchSize));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_step_is_a_function_of_its_number_alone(int window)
    {
        var forwards = Order(50, 8, window, seed: 2);
        var expected = Enumerable.Range(0, 30).Select(s => forwards.At(s)).ToArray();
        var backwards = Order(50, 8, window, seed: 2);
        Assert.All(Enumerable.Range(0, 30).Reverse(), s => Assert.Equal(expected[s], backwards.At(s)));
    }

    [Fact]
    public void Epochs_and_seeds_have_orders_of_their_own()
    {
        var (order, other) = (Order(100, 10, 1, seed: 3), Order(100, 10, 1, seed: 4));
        Assert.NotEqual(order.At(0), order.At(order.StepsPerEpoch));
        Assert.NotEqual(order.At(0), other.At(0));
    }

    [Fact]
    public void Grouping_puts_examples_of_like_length_together()
    {
        Assert.All(
            new Func<(int Prompt, int Completion), int>[] { l => l.Prompt, l => l.Completion },
            of => Assert.True(Spread(of, window: 16) < Spread(of, window: 1) / 2));

        static double Spread(Func<(int Prompt, int Completion), int> of, int window)
        {
            var lengths = Lengths(512);
            var order = new BatchOrder(lengths, 32, 8, window, 5);
            return Enumerable.Range(0, 16)
                .SelectMany(s => order.At(s).Chunk(8))
                .Average(micro => micro.Max(i => of(lengths[i])) - micro.Min(i => of(lengths[i])));
        }
    }

    private static BatchOrder Order(int examples, int batchSize, int window, ulong seed) =>
        new(Lengths(examples), batchSize, batchSize, window, seed);

    private static (int Prompt, int Completion)[] Lengths(int count) =>
        [.. Enumerable.Range(0, count).Select(i => (Draw(2 * i), Draw(2 * i + 1)))];

    private static int Draw(int i) => (int)(CounterRandom.Uniform(9, (ulong)i) * 200);
}
