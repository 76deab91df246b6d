namespace DpoSt.Generation;

/// <summary>What each step feeds: one id of every row, and more of rows whose text is forced, as far as the capacity goes.</summary>
internal sealed class StepPlan(int capacity)
{
    public int[] Slots { get; private set; } = [];
    public int[] Counts { get; private set; } = [];
    public int[] Ids { get; private set; } = [];

    /// <summary>Takes ids from the rows' queues; false where no row is left.</summary>
    public bool Lay(Row?[] rows)
    {
        Slots = [.. Enumerable.Range(0, rows.Length).Where(slot => rows[slot] is not null)];
        var spare = capacity - Slots.Length;
        Counts = new int[Slots.Length];
        var ids = new List<int>(capacity);
        for (var i = 0; i < Slots.Length; i++)
        {
            var queue = rows[Slots[i]]!.Queue;
            var count = Math.Min(queue.Count, 1 + spare);
            spare -= count - 1;
            Counts[i] = count;
            for (var c = 0; c < count; c++)
            {
                ids.Add(queue.Dequeue());
            }
        }

        Ids = [.. ids];
        return Slots.Length > 0;
    }

    /// <summary>The entries whose rows have nothing waiting any more: their next id is to be drawn.</summary>
    public int[] ReadyEntries(Row?[] rows) => [.. Enumerable.Range(0, Slots.Length).Where(i => rows[Slots[i]]!.Queue.Count == 0)];
}
