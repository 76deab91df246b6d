using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>A block's values on their way from all ranks. Whoever has begun it must show or drop it: the others count on that.</summary>
internal sealed class GatheredBlock
{
    private readonly (FlatBuffer Buffer, Tensor Whole, IPendingTransfer Transfer)[] values;

    /// <summary>Begins to bring the parts of these buffers together.</summary>
    public GatheredBlock(IProcessGroup group, string block, IEnumerable<FlatBuffer> buffers)
    {
        Block = block;
        values = [.. buffers.Select(buffer =>
        {
            var part = buffer.Values;
            var whole = part.NewWhole(group.Size).DetachFromDisposeScope();
            return (buffer, whole, group.BeginAllGather(part, whole));
        })];
    }

    /// <summary>The block's name.</summary>
    public string Block { get; }

    /// <summary>Lets the parameters show them, once they are there.</summary>
    public void Show() => Settle((buffer, whole) => buffer.Show(whole));

    /// <summary>Waits for them in vain.</summary>
    public void Drop() => Settle((_, _) => { });

    private void Settle(Action<FlatBuffer, Tensor> use)
    {
        foreach (var (buffer, whole, transfer) in values)
        {
            transfer.Wait();
            use(buffer, whole);
            whole.Dispose();
        }
    }
}
