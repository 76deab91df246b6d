namespace DpoSt.Models.Parameters;

/// <summary>Follows a model's computation from block to block, the embedding and the head among them.</summary>
internal interface IBlockWatcher
{
    /// <summary>A block's parameters are needed from now on.</summary>
    /// <param name="isDifferentiable">Whether its parameters are needed for its backward pass too.</param>
    void Entered(string block, bool isDifferentiable);

    /// <summary>The backward pass has left a block: its gradients and those of all behind it are complete, except shared ones.</summary>
    void Completed(string block);
}
