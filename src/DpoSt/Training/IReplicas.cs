using static TorchSharp.torch;

namespace DpoSt.Training;

/// <summary>Processes that train one model, each on its share of every batch. All call the same methods in the same order.</summary>
internal interface IReplicas
{
    /// <summary>Which of them this one is.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Whether each keeps only a shard of the weights: no pass can be made then but by all of them together.</summary>
    bool IsSharded { get; }

    /// <summary>Numbers, each summed over all replicas.</summary>
    double[] Sum(double[] numbers);

    /// <summary>The L2 norm of all gradients, from that of those that are kept here.</summary>
    double Norm(double own);

    /// <summary>The values that the first replica has take their places on all.</summary>
    /// <param name="whole">All of the values; looked at on the first replica only.</param>
    /// <param name="part">What is kept of them here.</param>
    void Spread(Tensor whole, Tensor part);

    /// <summary>Lets the first replica read whole tensors, while the others help.</summary>
    /// <param name="tensors">What is kept of each, and how many numbers there are of it in all.</param>
    /// <param name="read">Called on the first replica with what makes a whole tensor of its number.</param>
    void Collect(IReadOnlyList<(Tensor Part, long Count)> tensors, Action<Func<int, Tensor>> read);

    /// <summary>Said before the last backward pass of a step: gradients that are complete may be summed while it still runs.</summary>
    void BeginReduction();

    /// <summary>Said behind every backward pass.</summary>
    void EndPass();

    /// <summary>Said behind the last one: every gradient that is kept here is the sum over all replicas once this returns.</summary>
    void EndReduction();
}

/// <summary>A process that trains alone.</summary>
internal sealed class OneReplica : IReplicas
{
    public int Rank => 0;
    public int Count => 1;
    public bool IsSharded => false;
    public double[] Sum(double[] numbers) => numbers;
    public double Norm(double own) => own;
    public void Spread(Tensor whole, Tensor part) => part.copy_(whole);
    public void Collect(IReadOnlyList<(Tensor Part, long Count)> tensors, Action<Func<int, Tensor>> read) => read(i => tensors[i].Part);
    public void BeginReduction() { }
    public void EndPass() { }
    public void EndReduction() { }
}
