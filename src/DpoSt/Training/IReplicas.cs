using static TorchSharp.torch;

namespace DpoSt.Training;

/// <summary>
/// The processes that train copies of one model together, each on its share of every batch. All of them call the same methods in the same
/// order.
/// </summary>
internal interface IReplicas
{
    /// <summary>Which of them this one is.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Numbers, each summed over all replicas.</summary>
    double[] Sum(double[] numbers);

    /// <summary>The first replica's values take the place of the others'.</summary>
    void Broadcast(Tensor tensor);

    /// <summary>Said before the last backward pass of a step: gradients that are complete may be summed while it still runs.</summary>
    void BeginReduction();

    /// <summary>Said behind it: every gradient is the sum over all replicas once this returns.</summary>
    void EndReduction();
}

/// <summary>A process that trains alone.</summary>
internal sealed class OneReplica : IReplicas
{
    public int Rank => 0;

    public int Count => 1;

    public double[] Sum(double[] numbers) => numbers;

    public void Broadcast(Tensor tensor)
    {
    }

    public void BeginReduction()
    {
    }

    public void EndReduction()
    {
    }
}
