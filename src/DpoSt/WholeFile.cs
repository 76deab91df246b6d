using System.Text;

namespace DpoSt;

/// <summary>Reads files whole, up to a limit that real files of their kind stay far below: a device that never ends, or a file of three
/// gigabytes where a configuration should be, does not fill the memory.</summary>
internal static class WholeFile
{
    /// <summary>The most bytes of a configuration, a record, or the JSON of a model.</summary>
    public const int Usual = 64 << 20;

    /// <summary>The most bytes of a tokenizer's file: the largest known ones have some 35 million.</summary>
    public const int Tokenizer = 256 << 20;

    private const int Piece = 1 << 16;

    /// <summary>A file's bytes.</summary>
    /// <exception cref="UserErrorException">There are more than <paramref name="most"/>.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static byte[] ReadBytes(string path, int most = Usual)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var length = stream.CanSeek ? stream.Length : 0;
        var bytes = length <= most ? new byte[Math.Max(length, Piece)] : throw TooLong(path, most);
        var filled = 0;
        while (stream.Read(bytes, filled, bytes.Length - filled) is > 0 and var read)
        {
            filled += read;
            if (filled > most)
            {
                throw TooLong(path, most);
            }

            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(2L * bytes.Length, most + 1L));
            }
        }

        Array.Resize(ref bytes, filled);
        return bytes;
    }

    /// <summary>A file's text: UTF-8, or what its byte-order mark says.</summary>
    /// <exception cref="UserErrorException">As in <see cref="ReadBytes"/>, with its other errors.</exception>
    public static string ReadText(string path, int most = Usual)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path, most)), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return reader.ReadToEnd();
    }

    /// <summary>A file's lines.</summary>
    /// <exception cref="UserErrorException">As in <see cref="ReadBytes"/>, with its other errors.</exception>
    public static IEnumerable<string> ReadLines(string path, int most = Usual)
    {
        using var reader = new StringReader(ReadText(path, most));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static UserErrorException TooLong(string path, int most) => new(
        $"{path}: the file has more than {Bytes.Text(most)}, and those of its kind are far smaller: it is another file, or damaged.");
}
