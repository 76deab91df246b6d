using DpoSt.Models.Parameters;
using DpoSt.Tensors.Native;
using DpoSt.Training.Resuming;
using static TorchSharp.torch;

namespace DpoSt.Training;

/// <summary>What AdamW needs apart from the learning rate; the defaults are those of torch.optim.AdamW.</summary>
/// <param name="WeightDecay">Decoupled decay of the buffers that decay.</param>
/// <param name="Beta1">Of the first moment.</param>
/// <param name="Beta2">Of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
internal sealed record AdamWOptions(double WeightDecay = 0.01, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8);

/// <summary>AdamW (Loshchilov and Hutter 2019) over flat buffers, one fused kernel a buffer; the rule of torch.optim.AdamW.</summary>
internal sealed class AdamW : IDisposable
{
    private readonly AdamWOptions options;
    private readonly Moments[] moments;
    private readonly Tensor steps;

    public AdamW(ParameterSet parameters, AdamWOptions options)
    {
        this.options = options;
        parameters.EnableGradients();
        using var scope = NewDisposeScope();
        moments =
        [
            .. parameters.Buffers.Select(
                b => new Moments(b, zeros_like(b.Values).DetachFromDisposeScope(), zeros_like(b.Values).DetachFromDisposeScope()))
        ];
        steps = zeros([1], device: parameters.Device).squeeze(0).DetachFromDisposeScope();
    }

    /// <summary>What a run must keep to go on to the bit: the weights and both moments, by block and decay group.</summary>
    public IReadOnlyList<StateTensor> State =>
    [
        .. moments.SelectMany(m => (StateTensor[])
        [
            new($"values.{Group(m.Buffer)}", m.Buffer.Values, m.Buffer.Count), new($"exp_avg.{Group(m.Buffer)}", m.Average, m.Buffer.Count),
            new($"exp_avg_sq.{Group(m.Buffer)}", m.Square, m.Buffer.Count),
        ]),
    ];

    /// <summary>The steps that its bias corrections count.</summary>
    public long StepsDone
    {
        set => steps.fill_(value);
    }

    /// <summary>The L2 norm of all gradients that are kept here.</summary>
    public double GradientNorm()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var norms = moments.Select(m => m.Buffer.Gradients!.norm().to(ScalarType.Float64)).ToArray();
        return stack(norms).norm().cpu().item<double>();
    }

    /// <summary>Scales all gradients.</summary>
    public void ScaleGradients(double factor)
    {
        using var _ = no_grad();
        foreach (var moment in moments)
        {
            moment.Buffer.Gradients!.mul_(factor);
        }
    }

    /// <summary>Moves the parameters by their gradients and clears these.</summary>
    public void Step(double rate)
    {
        using var _ = no_grad();
        steps.add_(1);
        foreach (var (buffer, average, square) in moments)
        {
            Aten.FusedAdamW(
                buffer.Values, buffer.Gradients!, average, square, steps, rate, options.Beta1, options.Beta2,
                buffer.Decay ? options.WeightDecay : 0, options.Epsilon);
            buffer.Gradients!.zero_();
        }
    }

    public void Dispose()
    {
        foreach (var (_, average, square) in moments)
        {
            average.Dispose();
            square.Dispose();
        }

        steps.Dispose();
    }

    private static string Group(FlatBuffer buffer) => $"{buffer.Block}.{(buffer.Decay ? "decay" : "no_decay")}";

    private sealed record Moments(FlatBuffer Buffer, Tensor Average, Tensor Square);
}
