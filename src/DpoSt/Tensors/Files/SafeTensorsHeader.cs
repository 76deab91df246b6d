using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DpoSt.Tensors.Files;

/// <summary>One tensor as a safetensors header describes it; offsets count bytes from the end of the header.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="DType">The format's own spelling, such as <c>F32</c> or <c>BF16</c>.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
/// <param name="Begin">First byte.</param>
/// <param name="End">One past the last byte.</param>
internal sealed record SafeTensorsEntry(string Name, string DType, long[] Shape, long Begin, long End)
{
    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>Reads and checks a safetensors header (the format of huggingface/safetensors): eight bytes of length, JSON, then data without
/// holes. Nothing is allocated for what a header claims before the file's own length has confirmed it.</summary>
internal static class SafeTensorsHeader
{
    /// <summary>The format's own limit on a header, in bytes.</summary>
    public const long MaxLength = 100_000_000;

    private const int MaxReason = 300;

    /// <summary>Reads the header of a file of so many bytes and leaves the stream at the first byte of data.</summary>
    /// <exception cref="UserErrorException">The header breaks the format's rules; the sentence names path and rule.</exception>
    public static (IReadOnlyList<SafeTensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata, long DataStart) Read(
        Stream stream, long fileLength, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (fileLength < 8 || stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            throw Bad(path, $"it has {fileLength} bytes, fewer than the 8 that give the header's length");
        }

        if (FileProblem.Pointer(path, prefix) is { } pointer)
        {
            throw pointer;
        }

        var length = BitConverter.ToUInt64(prefix);
        if (length > MaxLength)
        {
            throw Bad(path, $"its header claims {length} bytes, above the limit of {MaxLength}");
        }

        if (length > (ulong)(fileLength - 8))
        {
            throw Bad(path, $"its header claims {length} bytes but only {fileLength - 8} follow: the file is cut short");
        }

        var json = new byte[(int)length];
        stream.ReadExactly(json);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = Parse(json, path, metadata);
        CheckLayout(entries, fileLength - 8 - (long)length, path);
        return (entries, metadata, 8 + (long)length);
    }

    private static List<SafeTensorsEntry> Parse(byte[] json, string path, Dictionary<string, string> metadata)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(json);
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? ReadEntries(document.RootElement, path, metadata) : throw Bad(path, "its header is not a JSON object");
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            // The last: half a surrogate pair ("\ud800" alone) parses, but cannot be read as text.
            throw Bad(path, $"its header is not JSON ({e.Message.Split('\n')[0].TrimEnd('.')})");
        }
    }

    private static List<SafeTensorsEntry> ReadEntries(JsonElement header, string path, Dictionary<string, string> metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var entries = new List<SafeTensorsEntry>();
        foreach (var property in header.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw Bad(path, $"its header names '{property.Name}' twice");
            }

            if (property.Name == "__metadata__")
            {
                ReadMetadata(property.Value, metadata, path);
            }
            else
            {
                entries.Add(ReadEntry(property.Name, property.Value, path));
            }
        }

        return entries;
    }

    private static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata, string path)
    {
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.String))
        {
            throw Bad(path, "its __metadata__ is not a map of text to text");
        }

        foreach (var pair in value.EnumerateObject())
        {
            if (!metadata.TryAdd(pair.Name, pair.Value.GetString()!))
            {
                throw Bad(path, $"its __metadata__ names '{pair.Name}' twice");
            }
        }
    }

    private static SafeTensorsEntry ReadEntry(string name, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() != 3
            || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !value.TryGetProperty("data_offsets", out var offsets) || offsets.ValueKind != JsonValueKind.Array
            || offsets.GetArrayLength() != 2)
        {
            throw Bad(path, $"tensor '{name}' must have exactly dtype, shape and two data_offsets");
        }

        var size = SafeTensorsType.Bits(dtype.GetString()!)
            ?? throw Bad(path, $"tensor '{name}' has the unknown dtype '{dtype.GetString()}'");
        if (shape.GetArrayLength() > 64)
        {
            throw Bad(path, $"tensor '{name}' has {shape.GetArrayLength()} dimensions");
        }

        var dimensions = shape.EnumerateArray().Select(d => Number(d, name, path)).ToArray();
        var (begin, end) = (Number(offsets[0], name, path), Number(offsets[1], name, path));
        var bits = (UInt128)size;
        foreach (var dimension in dimensions)
        {
            bits *= (UInt128)dimension;
            if (bits > long.MaxValue)
            {
                throw Bad(path, $"tensor '{name}' has a shape whose size overflows");
            }
        }

        if (begin > end || bits % 8 != 0 || bits / 8 != (UInt128)(end - begin))
        {
            throw Bad(path, $"tensor '{name}' of {bits / 8} bytes is at {begin} to {end}");
        }

        return new SafeTensorsEntry(name, dtype.GetString()!, dimensions, begin, end);
    }

    private static long Number(JsonElement value, string name, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0
            ? number
            : throw Bad(
                path,
                string.Create(CultureInfo.InvariantCulture,
                    $"tensor '{name}' has {value.GetRawText()} where a whole number of at most 63 bits belongs"));

    /// <summary>The tensors must tile the data exactly: no hole, no overlap, nothing behind the last.</summary>
    private static void CheckLayout(List<SafeTensorsEntry> entries, long dataLength, string path)
    {
        var position = 0L;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != position)
            {
                throw Bad(path, $"tensor '{entry.Name}' begins at byte {entry.Begin} where {position} was expected");
            }

            position = entry.End;
        }

        if (position != dataLength)
        {
            throw Bad(path, $"its tensors fill {position} bytes of data but the file holds {dataLength}");
        }
    }

    // The reason may quote a name, and a file can name a tensor with a hundred million letters.
    private static UserErrorException Bad(string path, string reason) =>
        new($"{path} is not a valid safetensors file: {(reason.Length <= MaxReason ? reason : reason[..MaxReason] + "...")}; "
            + "download or save it again.");
}
