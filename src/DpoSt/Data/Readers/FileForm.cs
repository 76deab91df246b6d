using System.Text.Json;

namespace DpoSt.Data.Readers;

/// <summary>How rows stand in a file.</summary>
internal enum RowFormat
{
    /// <summary>One JSON value a line.</summary>
    JsonLines,

    /// <summary>One JSON list.</summary>
    JsonList,

    /// <summary>CSV and its kin, with a line of names.</summary>
    Delimited,

    /// <summary>Parquet.</summary>
    Parquet,
}

/// <summary>What a file is, by what it begins with.</summary>
/// <param name="Kind">The format.</param>
/// <param name="IsGzipped">Whether it is gzipped.</param>
/// <param name="Key">The key that a JSON list stands under, if any.</param>
internal sealed record FileForm(RowFormat Kind, bool IsGzipped, string? Key = null)
{
    private const int StartBytes = 1 << 16;
    private const string Expected = "JSON lines, a JSON list, CSV or parquet, gzipped or not";

    // What people have by mistake, by its first bytes.
    private static readonly (byte[] Start, string Name)[] Others =
    [
        ([.. "PK\x03\x04"u8], "a zip archive (or a spreadsheet); unpack it, or export it as CSV"),
        ([.. "ARROW1"u8], "Arrow (feather); save it as parquet"), ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd; unpack it"),
        ([.. "BZh"u8], "compressed with bzip2; unpack it"), ([0xFD, .. "7zXZ"u8], "compressed with xz; unpack it"),
        ([0xFF, 0xFE], "UTF-16 text; save it in UTF-8"), ([0xFE, 0xFF], "UTF-16 text; save it in UTF-8"),
        ([.. "SQLite"u8], "an SQLite database; export its table as CSV"),
    ];

    /// <summary>Looks at a file's beginning.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or is nothing that holds rows.</exception>
    public static FileForm Of(string path)
    {
        try
        {
            using var raw = File.OpenRead(path);
            if (!raw.CanSeek)
            {
                throw new UserErrorException(
                    $"{path} is a pipe, which can be read only once, and rows are read more often: save them to a file.");
            }

            var start = StartOf(raw);
            var isGzipped = start is [0x1F, 0x8B, ..];
            if (isGzipped)
            {
                raw.Position = 0;
                using var unpacked = new GzippedFile(raw);
                start = StartOf(unpacked);
            }

            return FileProblem.Pointer(path, start) is { } pointer ? throw pointer : Of(start, isGzipped, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{path}: there is no such file; expected {Expected}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file cannot be read ({FileProblem.Of(path, e)}).", e);
        }
    }

    /// <summary>Opens the file as this says, unpacked.</summary>
    public Stream Open(string path) =>
        IsGzipped ? new GzippedFile(File.OpenRead(path)) : File.OpenRead(path);

    private static FileForm Of(byte[] start, bool isGzipped, string path)
    {
        if (start.AsSpan().StartsWith("PAR1"u8))
        {
            return new(RowFormat.Parquet, isGzipped);
        }

        var other = Array.Find(Others, o => start.AsSpan().StartsWith(o.Start));
        if (other.Name is not null || start.Contains((byte)0))
        {
            throw new UserErrorException($"{path}: the file is {other.Name ?? "no text"}; expected {Expected}.");
        }

        var text = start.AsSpan(start.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0).TrimStart(" \t\r\n"u8);
        return text.Length == 0 || text[0] == '{' ? OfObject(text, start.Length < StartBytes, isGzipped)
            : text[0] == '[' ? new(text.StartsWith("[["u8) ? RowFormat.JsonLines : RowFormat.JsonList, isGzipped)
            : new(RowFormat.Delimited, isGzipped);
    }

    // One object a line; or a single one with a list of rows in it, on one line or many.
    private static FileForm OfObject(ReadOnlySpan<byte> text, bool isAll, bool isGzipped)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        var hasMore = end >= 0 && text[end..].IndexOfAnyExcept(" \t\r\n"u8) >= 0;
        var isWhole = IsWhole(line);
        return isWhole != false && !(isWhole == true && hasMore) && ListKey(text, isAll) is { } key
            ? new(RowFormat.JsonList, isGzipped, key)
            : new(RowFormat.JsonLines, isGzipped);
    }

    // Null where it is the beginning of a value, false where it is no JSON.
    private static bool? IsWhole(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line, isFinalBlock: false, default);
            while (reader.Read())
            {
            }

            return reader.CurrentDepth == 0 && reader.TokenType == JsonTokenType.EndObject ? true : null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // The first key of the object that has a list of objects, unless they are messages: those are within a row.
    private static string? ListKey(ReadOnlySpan<byte> text, bool isAll)
    {
        try
        {
            var reader = new Utf8JsonReader(text, isAll, default);
            string? key = null;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    key = reader.GetString();
                }
                else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 3 && key is not null)
                {
                    if (reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("content"u8))
                    {
                        return null;
                    }

                    return key;
                }
                else if (reader.TokenType == JsonTokenType.StartObject && reader.CurrentDepth == 1)
                {
                    reader.TrySkip();                          // an object under a key is no list
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whoever reads it says where it breaks.
        }

        return null;
    }

    private static byte[] StartOf(Stream stream)
    {
        var buffer = new byte[StartBytes];
        return buffer[..stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }
}
