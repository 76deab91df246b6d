namespace DpoSt.Generation;

/// <summary>Requests that wait for a slot. The generator asks on its own thread, between two steps.</summary>
internal interface IRequestQueue
{
    /// <summary>Takes the next requests with their places, up to so many.</summary>
    /// <param name="wait">Whether there is nothing else to do; then none means that no more will come.</param>
    IReadOnlyList<(int Index, GenerationRequest Request)> Take(int most, bool wait);

    /// <summary>Does whatever else is to be done on the generator's thread.</summary>
    void BeforeStep()
    {
    }

    /// <summary>Whether nobody waits for this text any more: its slot is better given to another.</summary>
    bool IsGone(int index) => false;
}
