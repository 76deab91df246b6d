using System.Text;

namespace DpoSt.Models.Gguf;

/// <summary>How numbers are kept in a GGUF file, by ggml's numbers for them.</summary>
internal enum GgufType
{
    /// <summary>32 bits.</summary>
    F32 = 0,

    /// <summary>16 bits, IEEE.</summary>
    F16 = 1,

    /// <summary>8 bits and a scale for every 32 numbers.</summary>
    Q8 = 8,

    /// <summary>16 bits, the upper half of a 32-bit number.</summary>
    BF16 = 30,
}

/// <summary>A tensor to be written.</summary>
/// <param name="Name">llama.cpp's name.</param>
/// <param name="Shape">Rows first, as in a checkpoint.</param>
/// <param name="Numbers">Its numbers, read when they are written.</param>
internal sealed record GgufTensor(string Name, long[] Shape, GgufType Type, Func<float[]> Numbers)
{
    /// <summary>Bytes of its data.</summary>
    public long Bytes => Shape.Aggregate(1L, (product, size) => product * size) is var count && Type == GgufType.Q8
        ? count / GgufNumbers.Block * GgufNumbers.BlockBytes : count * (Type == GgufType.F32 ? 4 : 2);
}

/// <summary>Writes GGUF, version 3, as ggml's docs/gguf.md has it: facts by name, then tensors, all little-endian.</summary>
internal sealed class GgufWriter(Stream stream) : IDisposable
{
    private const int Alignment = 32;
    private readonly BinaryWriter writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);

    /// <summary>Writes a file.</summary>
    /// <param name="facts">Names with texts, whole numbers, numbers, truth values, or lists of texts or numbers of one type.</param>
    public void Write(IReadOnlyList<(string Name, object Value)> facts, IReadOnlyList<GgufTensor> tensors)
    {
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)facts.Count);
        foreach (var (name, value) in facts)
        {
            Text(name);
            writer.Write(TypeOf(value));
            Value(value);
        }

        var offset = 0L;
        foreach (var tensor in tensors)
        {
            Text(tensor.Name);
            writer.Write((uint)tensor.Shape.Length);
            foreach (var size in tensor.Shape.Reverse())
            {
                writer.Write((ulong)size);
            }

            writer.Write((uint)tensor.Type);
            writer.Write((ulong)offset);
            offset += Aligned(tensor.Bytes);
        }

        Pad(stream.Position);
        foreach (var tensor in tensors)
        {
            GgufNumbers.Write(writer, tensor.Numbers(), tensor.Type);
            Pad(tensor.Bytes);
        }

        writer.Flush();
    }

    /// <summary>Lets go of the writer; the stream stays open.</summary>
    public void Dispose() => writer.Dispose();

    private static long Aligned(long size) => (size + Alignment - 1) / Alignment * Alignment;

    private void Pad(long size) => writer.Write(new byte[Aligned(size) - size]);

    private static uint TypeOf(object value) => value switch
    {
        uint => 4,
        int => 5,
        float => 6,
        bool => 7,
        string => 8,
        _ => 9,
    };

    private void Value(object value)
    {
        switch (value)
        {
            case uint number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case bool truth: writer.Write(truth); break;
            case string text: Text(text); break;
            case Array list:
                writer.Write(TypeOf(list.GetValue(0)!));
                writer.Write((ulong)list.Length);
                foreach (var item in list)
                {
                    Value(item);
                }

                break;
            default: throw new ArgumentException($"GGUF has no type for {value.GetType()}", nameof(value));
        }
    }

    private void Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
