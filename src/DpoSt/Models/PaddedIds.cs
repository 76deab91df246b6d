using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>Ragged rows of token ids as a matrix, short rows filled up on the right.</summary>
internal static class PaddedIds
{
    /// <summary>The length of the longest row.</summary>
    public static int Width(IReadOnlyList<int[]> rows) => Math.Max(1, rows.Max(r => r.Length));

    /// <summary>Ids [B * width], row by row.</summary>
    public static Tensor Flat(IReadOnlyList<int[]> rows, int width, int pad, Device device)
    {
        var ids = new long[rows.Count * width];
        for (var b = 0; b < rows.Count; b++)
        {
            for (var t = 0; t < width; t++)
            {
                ids[b * width + t] = t < rows[b].Length ? rows[b][t] : pad;
            }
        }

        return tensor(ids, device: device);
    }

    /// <summary>Zero at tokens and the lowest finite number at padding: [B, 1, 1, width]; null where there is no padding.</summary>
    public static Tensor? Mask(IReadOnlyList<int[]> rows, int width, Device device)
    {
        if (rows.All(r => r.Length == width))
        {
            return null;
        }

        var mask = new float[rows.Count * width];
        for (var b = 0; b < rows.Count; b++)
        {
            Array.Fill(mask, float.MinValue, b * width + rows[b].Length, width - rows[b].Length);
        }

        return tensor(mask, device: device).view(rows.Count, 1, 1, width);
    }
}
