namespace DpoSt.Models.Parameters;

/// <summary>
/// The part of every flat buffer that this process keeps: the <paramref name="Index"/>-th of <paramref name="Count"/> equal ones, the last
/// filled up with zeros.
/// </summary>
internal sealed record ParameterShard(int Index, int Count)
{
    /// <summary>All of it.</summary>
    public static ParameterShard Whole { get; } = new(0, 1);

    /// <summary>How much of <paramref name="total"/> numbers each process keeps.</summary>
    public long LengthOf(long total) => (total + Count - 1) / Count;
}
