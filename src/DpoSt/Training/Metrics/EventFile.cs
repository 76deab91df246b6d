using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace DpoSt.Training.Metrics;

/// <summary>Metrics as TensorBoard reads them: a file of framed records (TFRecord: length, its checksum, data, its checksum), each an
/// <c>Event</c> protocol buffer of TensorFlow's event.proto. Tags are those of transformers: <c>train/loss</c>, <c>eval/loss</c>. Every
/// start of a run begins a file of its own, which says from which step on what earlier files tell no longer holds.</summary>
internal sealed class EventFile(string folder)
{
    /// <summary>What the names of event files begin with.</summary>
    public const string Prefix = "events.out.tfevents.";

    private const string EvalPrefix = "eval_";
    private string? path;

    /// <summary>The event files of a folder, in the order in which they were begun.</summary>
    public static IReadOnlyList<string> In(string folder) =>
        [.. Directory.EnumerateFiles(folder, Prefix + "*").Order(StringComparer.Ordinal)];

    /// <summary>Begins a file for a run that goes on behind a step; TensorBoard drops later steps of the files before.</summary>
    public void Begin(long step)
    {
        // The time first, then a number: TensorBoard reads a folder's files in the order of their names.
        var earlier = In(folder).Count;
        path = Path.Combine(folder,
            string.Create(CultureInfo.InvariantCulture, $"{Prefix}{DateTimeOffset.UtcNow.ToUnixTimeSeconds():D10}.{earlier:D4}.dpost"));
        Append(Event(0, Text(3, "brain.Event:2")));
        if (earlier > 0)
        {
            Append(Event(step + 1, Message(7, Number(1, 1))));               // session_log: START
        }
    }

    /// <summary>Appends metrics of a step; what is not a number is left out.</summary>
    public void Write(long step, IEnumerable<KeyValuePair<string, double>> metrics)
    {
        var values = metrics.Where(m => double.IsFinite(m.Value))
            .SelectMany(m => Message(1, [.. Text(1, Tag(m.Key)), .. Single(2, (float)m.Value)]));
        Append(Event(step, Message(5, [.. values])));
    }

    private static string Tag(string name) =>
        name.StartsWith(EvalPrefix, StringComparison.Ordinal) ? "eval/" + name[EvalPrefix.Length..] : "train/" + name;

    private void Append(byte[] record)
    {
        var frame = new byte[record.Length + 16];
        BinaryPrimitives.WriteInt64LittleEndian(frame, record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), Checksum(frame.AsSpan(0, 8)));
        record.CopyTo(frame, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(12 + record.Length), Checksum(record));
        using var stream = new FileStream(path!, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write(frame);
    }

    // CRC-32C, turned and shifted by a constant so that the checksum of data that hold checksums is not weak (TensorFlow's crc32c.h).
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    private static byte[] Event(long step, byte[] content)
    {
        var time = new byte[9];
        time[0] = 1 << 3 | 1;                                                 // wall_time: a double
        BinaryPrimitives.WriteDoubleLittleEndian(time.AsSpan(1), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        return [.. time, .. Number(2, step), .. content];
    }

    private static byte[] Number(int field, long value) => [(byte)(field << 3), .. Varint((ulong)value)];
    private static byte[] Single(int field, float value) => [(byte)(field << 3 | 5), .. BitConverter.GetBytes(value)];
    private static byte[] Text(int field, string value) => Message(field, Encoding.UTF8.GetBytes(value));
    private static byte[] Message(int field, byte[] content) => [(byte)(field << 3 | 2), .. Varint((ulong)content.Length), .. content];

    private static List<byte> Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return bytes;
    }
}
