using DpoSt.Tensors.Devices;
using static TorchSharp.torch;

namespace DpoSt.Models.Costs;

/// <summary>Refuses what needs more memory than there is before it takes it all: the system would end the process without a word.</summary>
internal static class MemoryCheck
{
    // Less is not worth asking the system about.
    private const double Small = 1e9;

    /// <summary>Attention of rows over texts: scores, what is added to them, and probabilities, all in fp32.</summary>
    /// <exception cref="UserErrorException">There is no room for them.</exception>
    public static void CheckAttention(Device device, int rows, int heads, long length) => Check(
        device, 4.0 * (2.0 * rows + 1) * heads * length * length,
        need => $"a text of {length} tokens is too long: attention over it would take {need}: shorten it.");

    /// <summary>Keys and values of a decoder.</summary>
    /// <exception cref="UserErrorException">There is no room for them.</exception>
    public static void CheckCaches(Device device, IModelCosts costs, int slots, int maxPromptTokens, int maxNewTokens, bool bf16) => Check(
        device, costs.CacheBytes(slots, maxPromptTokens, maxNewTokens, bf16),
        need => $"keys and values of {slots} rows with {maxPromptTokens} tokens before and {maxNewTokens} new ones would take {need}: "
            + "ask for shorter answers, or for fewer rows at a time.");

    // What the process holds already counts as free: the allocator may give it out again.
    private static void Check(Device device, double bytes, Func<string, string> sentence)
    {
        if (bytes > Small && FreeMemory.Of(device) is { } free && bytes > free + Environment.WorkingSet)
        {
            throw new UserErrorException(sentence($"{Bytes.Text((long)Math.Min(bytes, 1e18))}, and {Bytes.Text(free)} is free"));
        }
    }
}
