using System.Text;

namespace DpoSt.Text.Tokenizers.Pipeline.Models;

/// <summary>The tokens `&lt;0x00&gt;` to `&lt;0xFF&gt;`, which spell what a vocabulary has no piece for.</summary>
internal static class ByteTokens
{
    /// <summary>The id of every byte's token, or null where it has none.</summary>
    public static int?[] Of(Dictionary<string, int> ids) =>
        [.. Enumerable.Range(0, 256).Select(b => ids.TryGetValue($"<0x{b:X2}>", out var id) ? id : (int?)null)];

    /// <summary>Adds the tokens of a text's bytes; none if one of them is missing.</summary>
    public static bool TryAdd(ReadOnlySpan<char> text, int?[] tokens, List<int> ids)
    {
        var first = ids.Count;
        foreach (var value in Encoding.UTF8.GetBytes(text.ToString()))
        {
            if (tokens[value] is not { } id)
            {
                ids.RemoveRange(first, ids.Count - first);
                return false;
            }

            ids.Add(id);
        }

        return true;
    }
}
