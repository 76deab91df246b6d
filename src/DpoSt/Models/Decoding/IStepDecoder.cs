using static TorchSharp.torch;

namespace DpoSt.Models.Decoding;

/// <summary>A model while it decodes. Rows live in slots; each step feeds every busy slot one or several tokens and gives the logits after
/// the last token of each. Prompts are held apart from slots, so that several rows share one.</summary>
internal interface IStepDecoder : IDisposable
{
    /// <summary>The largest number of tokens one step takes over all slots.</summary>
    int StepCapacity { get; }

    /// <summary>The token a row over this prompt is fed first: a start token, or the prompt's last.</summary>
    int FirstToken(int[] prompt);

    /// <summary>Encodes prompts; gives a handle for each.</summary>
    int[] AddPrompts(IReadOnlyList<int[]> prompts);

    /// <summary>Forgets a prompt that no slot needs any more.</summary>
    void RemovePrompt(int prompt);

    /// <summary>Makes a slot ready for a new row over a prompt.</summary>
    void Start(int slot, int prompt);

    /// <summary>
    /// Feeds tokens: entry i gives <paramref name="counts"/>[i] tokens, taken from <paramref name="ids"/> in order, to
    /// <paramref name="slots"/>[i]. Returns logits [entries, V] in fp32 after the last token of each entry.
    /// </summary>
    Tensor Step(ReadOnlySpan<int> slots, ReadOnlySpan<int> counts, ReadOnlySpan<int> ids);
}
