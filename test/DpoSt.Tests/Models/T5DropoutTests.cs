using DpoSt.Models;
using DpoSt.Models.T5;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

/// <summary>
/// Where transformers' T5 drops: behind the embedding and the final norm of each stack, attention's probabilities, and in every block
/// behind attention, between the two feed-forward maps and behind them. At one half a number that passes two places is zero three times of
/// four, and rows of one token attend to nothing but themselves, so that the share of zeros counts the places.
/// </summary>
public sealed class T5DropoutTests
{
    private const int Rows = 400;
    private const double Half = 0.5;
    private static readonly T5Config Shape = TinyModels.T5 with { NumLayers = 1, NumDecoderLayers = 1 };

    [Theory]
    [InlineData("encoder", null, 1)]                                // the embedding
    [InlineData("encoder", "self.output", 2)]
    [InlineData("encoder", "feedForward.down", 2)]
    [InlineData("decoder", null, 1)]
    [InlineData("decoder", "self.output", 2)]
    [InlineData("decoder", "cross.output", 2)]
    [InlineData("decoder", "feedForward.down", 2)]
    public void A_block_drops_where_transformers_does(string stack, string? map, int places)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(Shape, 3);
        var before = Stream(model, stack, null);
        var zeros = map is null
            ? before.Average(x => x == 0 ? 1.0 : 0)
            : before.Zip(Stream(model, stack, map), (a, b) => a == b ? 1.0 : 0).Average();
        Assert.InRange(zeros, Share(places) - 0.04, Share(places) + 0.04);
    }

    [Theory]
    [InlineData("encoder")]
    [InlineData("decoder")]
    public void What_leaves_a_stack_is_dropped_once_more(string stack)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(Shape, 3);
        Silence(model);
        var zeros = Run(model, stack, null).data<float>().Average(x => x == 0 ? 1.0 : 0);
        Assert.InRange(zeros, Share(2) - 0.04, Share(2) + 0.04);
    }

    private static double Share(int places) => 1 - Math.Pow(Half, places);

    // The stream behind the block, which adds what one map lets through and nothing else.
    private static float[] Stream(T5Model model, string stack, string? map)
    {
        Silence(model);
        if (map is not null)
        {
            var weight = model.Parameters[$"{stack}.0.{map}"];
            weight.copy_(eye(weight.size(0), weight.size(1)));
        }

        float[] seen = [];
        Run(model, stack, x => seen = x.data<float>().ToArray());
        return seen;
    }

    private static void Silence(T5Model model)
    {
        foreach (var map in (string[])["encoder.0.self.output", "encoder.0.feedForward.down", "decoder.0.self.output",
            "decoder.0.cross.output", "decoder.0.feedForward.down"])
        {
            model.Parameters[map].zero_();
        }
    }

    private static Tensor Run(T5Model model, string stack, Action<Tensor>? watch)
    {
        var dropout = new Dropout(Half, seed: 5, step: 1);
        int[][] prompts = [.. Enumerable.Range(0, Rows).Select(i => (int[])[3 + i % 50])];
        long[] examples = [.. Enumerable.Range(0, Rows).Select(i => (long)i)];
        return stack == "encoder"
            ? model.Encode(prompts, new RowDropout(dropout, examples, 1, Shape.NumHeads, 0), watch)
            : model.Decode(new TokenBatch(prompts, prompts, [.. Enumerable.Range(0, Rows)], examples), dropout, watch);
    }
}
