using System.Text.Json;
using DpoSt.Tensors.Native;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Files;

/// <summary>Writes safetensors as its own library does: widest dtype first, then by name; the header padded with spaces so that data starts
/// at a multiple of eight bytes.</summary>
internal static class SafeTensorsWriter
{
    private const int ChunkBytes = 1 << 22;

    /// <summary>Writes the tensors, one after the other, copying at most a few megabytes at a time.</summary>
    /// <param name="stream">Where to; not closed.</param>
    /// <param name="tensors">Names and tensors, on any device.</param>
    /// <param name="metadata">Free text for the header; transformers wants <c>format: pt</c>.</param>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(stream, tensors.Select(t => new PendingTensor(t.Key, t.Value.dtype, t.Value.shape, () => t.Value)), metadata);

    /// <summary>The same with tensors that are made one after the other, and let go of once they are written.</summary>
    public static void Write(Stream stream, IEnumerable<PendingTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors
            .OrderByDescending(t => SafeTensorsType.Bits(SafeTensorsType.FromScalarType(t.Dtype)))
            .ThenBy(t => t.Name, StringComparer.Ordinal)
            .ToList();
        var header = Header(ordered, metadata);
        stream.Write(BitConverter.GetBytes((ulong)header.Length));
        stream.Write(header);
        foreach (var tensor in ordered)
        {
            using var scope = NewDisposeScope();
            WriteData(stream, tensor.Read());
        }
    }

    private static byte[] Header(List<PendingTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafeTensorsType.FromScalarType(tensor.Dtype));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += tensor.Bytes;
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static unsafe void WriteData(Stream stream, Tensor tensor)
    {
        using var plain = tensor.detach().cpu().contiguous();
        var pointer = (byte*)Aten.DataPointer(plain);
        var left = plain.numel() * plain.element_size();
        while (left > 0)
        {
            var count = (int)Math.Min(left, ChunkBytes);
            stream.Write(new ReadOnlySpan<byte>(pointer, count));
            pointer += count;
            left -= count;
        }

        GC.KeepAlive(plain);
    }
}
