namespace DpoSt.Parallel;

/// <summary>Learns in which order passes enter and leave blocks, to tell which block will be needed next. Training's passes are all alike.</summary>
internal sealed class BlockOrder
{
    private readonly Dictionary<(Moment Before, Moment Now), Moment> followers = [];
    private Moment before;
    private Moment now;

    /// <summary>A pass enters or leaves a block; gives the block that was entered next when a pass came by here last, null where none was.</summary>
    public string? Pass(string block, bool enters)
    {
        Move(new Moment(block, enters));
        return followers.TryGetValue((before, now), out var next) && next.Enters ? next.Block : null;
    }

    /// <summary>A pass is over.</summary>
    public void End()
    {
        Move(default);
        before = default;
    }

    // Two moments are looked at: T5 enters the embedding before the encoder and before the decoder.
    private void Move(Moment next)
    {
        followers[(before, now)] = next;
        (before, now) = (now, next);
    }

    private readonly record struct Moment(string? Block, bool Enters);
}
