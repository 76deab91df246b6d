namespace DpoSt.Models.Parameters;

/// <summary>Follows a model's computation from block to block, the embedding and the head among them.</summary>
internal interface IBlockWatcher
{
    /// <summary>A block's parameters are needed from now on.</summary>
    /// <param name="isDifferentiable">Whether its parameters are needed until its backward pass is over, or only until another block is
    /// entered.</param>
    void Entered(string block, bool isDifferentiable);

    /// <summary>The backward pass has left a block: its gradients are complete, and with them those of all blocks behind it; shared
    /// parameters excepted.</summary>
    void Completed(string block);
}
