using DpoSt.Models;
using DpoSt.Models.Costs;
using DpoSt.Models.Decoder;
using DpoSt.Models.T5;
using DpoSt.Tests.Models;
using DpoSt.Training;

namespace DpoSt.Tests.Training;

/// <summary>The work of a micro-batch: 2 m n k for every matrix product, written down one by one for two small models.</summary>
public sealed class TrainingFlopsTests
{
    private static readonly IModelCosts T5 = new T5Costs(TinyModels.T5);
    private static readonly IModelCosts Llama = new DecoderCosts(TinyModels.Llama);

    // Two prompts of 7 and 5 tokens, padded to 7; the first has completions of 4 and 3 tokens, the other one of 6, padded to 6.
    private static readonly BatchShape Batch = new([new PromptShape(7, [4, 3]), new PromptShape(5, [6])]);

    [Fact]
    public void T5_by_its_products()
    {
        // Width 24, three heads of 8, feed-forward 40 with two halves; 14 encoder tokens, 18 decoder tokens, 13 scored; 61 words.
        var encoder = Product(14, 24, 72) + 6 * (Product(7, 8, 7) + Product(7, 7, 8)) + Product(14, 24, 24) + Product(
            14, 24, 80) + Product(14, 40, 24);
        var decoder = Product(18, 24, 72) + 9 * (Product(6, 8, 6) + Product(6, 6, 8)) + Product(18, 24, 24)
            + Product(18, 24, 24) + Product(14, 24, 48) + 9 * (Product(6, 8, 7) + Product(6, 7, 8)) + Product(18, 24, 24)
            + Product(18, 24, 80) + Product(18, 40, 24);
        Check(T5, 2 * encoder + 3 * decoder, Product(13, 24, 61));
    }

    [Fact]
    public void Llama_by_its_products()
    {
        // Width 24, four query heads and two key-value heads of 10, feed-forward 40; groups of 7 + 3 + 2 and 5 + 5 tokens; 13 scored.
        var layer = Product(22, 24, 80) + 4 * (Product(12, 10, 12) + Product(12, 12, 10) + Product(10, 10, 10) + Product(10, 10, 10))
            + Product(22, 40, 24) + Product(22, 24, 80) + Product(22, 40, 24);
        Check(Llama, 3 * layer, Product(13, 24, 61));
    }

    // Backward is two products for each forward; blocks computed again are forward once more, their head is not.
    private static void Check(IModelCosts model, double blocks, double head)
    {
        var forward = model.Forward(Batch, bf16: false, dropout: true);
        Assert.Equal(blocks + head, forward.Flops);
        Assert.Equal(3 * (blocks + head), TrainingMemory.Flops(forward, new TrainingCompute()));
        Assert.Equal(4 * blocks + 3 * head, TrainingMemory.Flops(forward, new TrainingCompute(RecomputesBlocks: true)));
    }

    private static double Product(double m, double k, double n) => 2 * m * k * n;
}
