namespace DpoSt.Parallel;

/// <summary>Learns the order in which passes enter and leave blocks, which is always the same, to tell which is needed next.</summary>
internal sealed class BlockOrder
{
    private readonly Dictionary<(Moment Before, Moment Now), Moment> followers = [];
    private Moment before;
    private Moment now;

    /// <summary>A pass enters or leaves a block; gives the block that the pass before entered next, null where none.</summary>
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
