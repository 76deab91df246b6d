namespace DpoSt.Generation;

/// <summary>Requests that are all there from the beginning.</summary>
internal sealed class RequestList(IReadOnlyList<GenerationRequest> requests, IEnumerable<int> waiting) : IRequestQueue
{
    // Longest first: the rows of long prompts tend to run long, and none of them is then left alone at the end.
    private readonly Queue<int> queue = new(waiting.OrderByDescending(i => requests[i].Prompt.Length));

    /// <inheritdoc/>
    public IReadOnlyList<(int Index, GenerationRequest Request)> Take(int most, bool wait)
    {
        var taken = new List<(int, GenerationRequest)>();
        while (taken.Count < most && queue.TryDequeue(out var next))
        {
            taken.Add((next, requests[next]));
        }

        return taken;
    }
}
