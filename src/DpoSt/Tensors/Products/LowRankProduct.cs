using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Products;

/// <summary>What is added to a frozen weight [N, K]: s B A, where parts of its rows have a B each and rows of A.</summary>
/// <param name="A">[parts r, K].</param>
/// <param name="B">[rows of a part, r] each.</param>
/// <param name="FirstRows">The first row of the weight that each part changes.</param>
/// <param name="Scale">s.</param>
internal sealed record LowRankFactors(Tensor A, IReadOnlyList<Tensor> B, IReadOnlyList<long> FirstRows, double Scale)
{
    /// <summary>r.</summary>
    public long Rank => B[0].size(1);
}

/// <summary>x times (W + s B A) transposed, where W is frozen and A and B are trained (Hu et al. 2021). It is one function for autograd:
/// the small products add to the large ones' results, forward and backward, and to the gradients that are there, so that nothing as large
/// as an activation is allocated or read for them alone; and nothing is kept but the input and its r-wide image. Shapes: M rows, K inputs,
/// N outputs, P parts.</summary>
internal static class LowRankProduct
{
    /// <summary>x [.., K] gives [.., N] in the type of products; gradients flow to x, A and B.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, LowRankFactors low, ScalarType products)
    {
        if (is_grad_enabled())
        {
            return Differentiable.apply([x, weight, low.A, .. low.B, low, products]);
        }

        using var scope = NewDisposeScope();
        return Forward(x.In(products), weight, low, products).Result.MoveToOuterDisposeScope();
    }

    private static (Tensor Result, Tensor Inner) Forward(Tensor x, Tensor weight, LowRankFactors low, ScalarType products)
    {
        using var scope = NewDisposeScope();
        var type = TypeOf(x, products);
        var result = LinearProduct.Apply(x, weight, products);                                          // [.., N]
        var inner = LinearProduct.Apply(Rows(x).In(type), low.A.In(type), type).mul_(low.Scale);     // [M, P r]
        var rows = result.view(-1, result.size(-1));
        foreach (var (p, b) in low.B.Index())
        {
            Add(Part(rows, low, p), inner.narrow(1, p * low.Rank, low.Rank), b.In(type).t());
        }

        return (result.MoveToOuterDisposeScope(), inner.MoveToOuterDisposeScope());
    }

    // The small products are in the large one's type, or in fp32 where that is multiplied in another way than as it is.
    private static ScalarType TypeOf(Tensor x, ScalarType products) =>
        Bf16Product.WayOn(x.device_type, products) == Bf16Way.AsTheyAre ? products : ScalarType.Float32;

    private static Tensor Rows(Tensor x) => x.reshape(-1, x.size(-1));

    private static Tensor Part(Tensor rows, LowRankFactors low, int part) => rows.narrow(1, low.FirstRows[part], low.B[part].size(0));

    private static void Add(Tensor target, Tensor left, Tensor right)
    {
        if (target.dtype == left.dtype)
        {
            target.addmm_(left, right);
        }
        else
        {
            target.add_(left.mm(right));
        }
    }

    // Of A; null where it was added to the gradient that is there.
    private static Tensor? GradientOfA(Tensor a, Tensor narrow, Tensor inputs) => narrow.dtype == ScalarType.Float32
        ? LinearProduct.AddWeightGradient(a, narrow, inputs) : narrow.t().mm(inputs).to(a.dtype);

    // Of a B, the same. A product whose narrow factor is the first takes two thirds of the time.
    private static Tensor? GradientOfB(Tensor b, Tensor rows, Tensor inner)
    {
        var product = inner.t().mm(rows).t();                                                           // [N, r]
        if (!b.is_leaf || b.grad is not { } gradient)
        {
            return product.to(b.dtype);
        }

        gradient.add_(product);
        return null;
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(LowRankProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            using var _ = no_grad();
            var (x, weight, low, products) = ((Tensor)vars[0], (Tensor)vars[1], (LowRankFactors)vars[^2], (ScalarType)vars[^1]);
            var input = x.In(products);                                         // it dies with the caller's scope
            var (result, inner) = Forward(input, weight, low, products);
            ctx.save_for_backward([input, inner, weight, low.A, .. low.B]);
            ctx.save_data("low", low);
            ctx.save_data("products", products);
            ctx.save_data("input", x.requires_grad ? x.dtype : null!);
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var low = (LowRankFactors)ctx.get_data("low");
            return BackwardGuard.Run(low.B.Count + 5, grad_output, () =>
            {
                using var _ = no_grad();
                var saved = ctx.get_saved_variables();
                var (input, inner, weight, a, b) = (saved[0], saved[1], saved[2], saved[3], saved[4..]);
                var (products, type) = ((ScalarType)ctx.get_data("products"), inner.dtype);
                var rows = Rows(grad_output).In(type);                                                      // [M, N]
                Tensor[] parts = [.. b.Select((_, p) => Part(rows, low, p))];
                var narrow = cat([.. parts.Zip(b, (part, factor) => part.mm(factor.In(type)))], 1).mul_(low.Scale);     // [M, P r]
                Tensor?[] ofB = [.. b.Select((factor, p) => GradientOfB(factor, parts[p], inner.narrow(1, p * low.Rank, low.Rank)))];
                var ofA = GradientOfA(a, narrow, Rows(input).In(type));
                var ofInput = ctx.get_data("input") is ScalarType wanted
                    ? OfInput(grad_output, weight, narrow, a, products).In(wanted) : null;
                return [ofInput!, null!, ofA!, .. ofB.Select(gradient => gradient!), null!, null!];
            });
        }

        private static Tensor OfInput(Tensor gradient, Tensor weight, Tensor narrow, Tensor a, ScalarType products)
        {
            var result = LinearProduct.Apply(gradient, weight.t(), products);                               // [.., K]
            Add(result.view(-1, result.size(-1)), narrow, a.In(narrow.dtype));
            return result;
        }
    }
}
