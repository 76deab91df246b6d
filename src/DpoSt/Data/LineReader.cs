namespace DpoSt.Data;

/// <summary>Splits a stream into lines of bytes. StreamReader.ReadLine would read a file without line breaks whole.</summary>
internal static class LineReader
{
    private const int MarkBytes = 3;

    /// <summary>The lines that are not blank, with their numbers from 1; each is valid until the next is asked for.</summary>
    public static IEnumerable<(int Number, ReadOnlyMemory<byte> Bytes)> Read(Stream stream, string path, int maxBytes)
    {
        var buffer = new byte[Math.Min(maxBytes + 1, 64 << 10)];
        var (start, end, number) = (SkipByteOrderMark(stream, buffer, out var filled), filled, 0);
        var isOver = filled < Math.Min(MarkBytes, buffer.Length);      // a terminal's end would have to be typed twice
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                number++;
                if (length > maxBytes)
                {
                    throw TooLong(path, number, maxBytes);
                }

                if (!IsBlank(buffer.AsSpan(start, length)))
                {
                    yield return (number, buffer.AsMemory(start, length));
                }

                start += length + 1;
                continue;
            }

            if (end - start > maxBytes)
            {
                throw TooLong(path, number + 1, maxBytes);
            }

            // Keep the beginning of the unfinished line, grow only when it fills the buffer.
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, maxBytes + 1L));
            }

            var read = isOver ? 0 : stream.Read(buffer, end, buffer.Length - end);
            end += read;
            if (read == 0)
            {
                if (!IsBlank(buffer.AsSpan(0, end)))
                {
                    yield return (number + 1, buffer.AsMemory(0, end));
                }

                yield break;
            }
        }
    }

    private static int SkipByteOrderMark(Stream stream, byte[] buffer, out int filled)
    {
        filled = stream.ReadAtLeast(buffer, Math.Min(MarkBytes, buffer.Length), throwOnEndOfStream: false);
        return buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8) ? MarkBytes : 0;
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;

    private static UserErrorException TooLong(string path, int number, int maxBytes) =>
        new($"{path}:{number}: the line is longer than {maxBytes} bytes; expected one JSON value a line, and lines of a sensible length.");
}
