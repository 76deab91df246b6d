using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace DpoSt.Data;

/// <summary>Files with one JSON value a line, in UTF-8. Read as a stream: memory holds one line.</summary>
internal static class JsonLines
{
    /// <summary>The longest line that is read unless told otherwise, in bytes.</summary>
    public const int DefaultMaxLineBytes = 16 << 20;

    // Readable files: "<<15+7=22>>" and "é" stand as they are. Nothing here goes into a web page.
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        PropertyNameCaseInsensitive = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads a file line by line; blank lines are skipped.</summary>
    /// <exception cref="UserErrorException">The file is absent or unreadable, or a line is too long, no UTF-8 or no JSON.</exception>
    public static IEnumerable<JsonLine> Read(string path, int maxLineBytes = DefaultMaxLineBytes)
    {
        using var stream = Open(path);
        foreach (var line in Read(stream, path, maxLineBytes))
        {
            yield return line;
        }
    }

    /// <summary>Reads a stream that errors call <paramref name="name"/>; gives each line as soon as it has come.</summary>
    /// <exception cref="UserErrorException">A line is too long, no UTF-8 or no JSON.</exception>
    public static IEnumerable<JsonLine> Read(Stream stream, string name, int maxLineBytes = DefaultMaxLineBytes) =>
        LineReader.Read(stream, name, maxLineBytes).Select(line => JsonLine.Of(name, line.Number, Parse(name, line.Number, line.Bytes)));

    /// <summary>Reads a file of <typeparamref name="T"/>; <paramref name="expected"/> says in words what a line looks like.</summary>
    /// <exception cref="UserErrorException">As <see cref="Read(string, int)"/>, or a line does not fit the type.</exception>
    public static IEnumerable<T> Read<T>(string path, string expected, int maxLineBytes = DefaultMaxLineBytes) =>
        Read(path, maxLineBytes).Select(line => Convert<T>(line, expected));

    /// <summary>Writes one line a row (snake_case keys), whole or not at all.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write<T>(string path, IEnumerable<T> rows) =>
        AtomicFile.Write(path, stream =>
        {
            foreach (var row in rows)
            {
                JsonSerializer.Serialize(stream, row, Options);
                stream.WriteByte((byte)'\n');
            }
        });

    private static FileStream Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new UserErrorException($"{path} is a folder; expected a file with one JSON object a line.");
        }

        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{path}: there is no such file; expected a file with one JSON object a line.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file cannot be read ({FileProblem.Of(path, e)}).", e);
        }
    }

    private static JsonElement Parse(string path, int number, ReadOnlyMemory<byte> bytes)
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            throw new UserErrorException($"{path}:{number}: the line is not valid UTF-8; save the file in UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            var what = e.Message.Contains("maximum configured depth", StringComparison.Ordinal) ? "nested more than 64 deep" : "not JSON";
            throw new UserErrorException(
                $"{path}:{number}: the line is {what} (at byte {e.BytePositionInLine}); expected one JSON value on the line.", e);
        }
    }

    private static T Convert<T>(JsonLine line, string expected)
    {
        try
        {
            return line.Value.Deserialize<T>(Options) ?? throw line.Error($"the line is null; expected {expected}.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw line.Error($"the line does not fit; expected {expected}.", e);
        }
    }
}
