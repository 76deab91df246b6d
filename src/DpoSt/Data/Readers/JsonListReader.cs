using System.Text.Json;

namespace DpoSt.Data.Readers;

/// <summary>The elements of one JSON list, bare or under a key of an object, read as a stream: memory holds one element.</summary>
internal sealed class JsonListReader
{
    private const int MarkBytes = 3;
    private readonly Stream stream;
    private readonly string path;
    private byte[] buffer = new byte[1 << 16];
    private int filled;
    private bool isLast;
    private JsonReaderState state;

    private JsonListReader(Stream stream, string path) => (this.stream, this.path) = (stream, path);

    /// <summary>Reads the elements with their places, from 1.</summary>
    /// <exception cref="UserErrorException">The stream is no such list, or an element is too long.</exception>
    public static IEnumerable<JsonLine> Read(Stream stream, string path, string? key)
    {
        var reader = new JsonListReader(stream, path);
        reader.Begin(key);
        for (var number = 1; reader.Element() is { } element; number++)
        {
            yield return JsonLine.Of($"{path}:row", number, element);
        }
    }

    /// <summary>The first element of a bare list; null where it is empty.</summary>
    /// <exception cref="UserErrorException">The file is no such list.</exception>
    public static JsonElement? First(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file, path, null).FirstOrDefault()?.Value;
    }

    private void Begin(string? key)
    {
        filled = stream.ReadAtLeast(buffer, MarkBytes, throwOnEndOfStream: false);
        isLast = filled < MarkBytes;
        if (buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8))
        {
            buffer.AsSpan(MarkBytes, filled - MarkBytes).CopyTo(buffer);
            filled -= MarkBytes;
        }

        Parse((ref Utf8JsonReader reader) =>
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartArray && (key is null || reader.CurrentDepth == 1))
                {
                    return true;
                }

                if (reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals(key) && !(reader.Read() && reader.TrySkip()))
                {
                    return false;
                }
            }

            return false;
        });
    }

    // Null at the end of the list.
    private JsonElement? Element()
    {
        JsonElement? element = null;
        Parse((ref Utf8JsonReader reader) =>
        {
            if (!reader.Read())
            {
                return false;
            }

            if (reader.TokenType == JsonTokenType.EndArray)
            {
                return true;
            }

            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return false;
            }

            using (document)
            {
                element = document.RootElement.Clone();
            }

            return true;
        });
        return element;
    }

    private delegate bool Step(ref Utf8JsonReader reader);

    // Tries a step, with more of the stream each time until it is done.
    private void Parse(Step step)
    {
        try
        {
            while (true)
            {
                var reader = new Utf8JsonReader(buffer.AsSpan(0, filled), isLast, state);
                if (step(ref reader))
                {
                    var consumed = (int)reader.BytesConsumed;
                    state = reader.CurrentState;
                    buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
                    filled -= consumed;
                    return;
                }

                if (isLast)
                {
                    throw new JsonException();
                }

                Fill();
            }
        }
        catch (JsonException e)
        {
            throw new UserErrorException(
                $"{path}{(e.LineNumber is { } line ? $":{line + 1}" : "")}: the file is not a whole JSON list; "
                + "expected [{...}, {...}], or one object a line.",
                e);
        }
    }

    private void Fill()
    {
        if (filled == buffer.Length)
        {
            if (filled >= JsonLines.DefaultMaxLineBytes)
            {
                throw new UserErrorException(
                    $"{path}: an element of the list is longer than {JsonLines.DefaultMaxLineBytes} bytes; "
                    + "expected rows of a sensible length.");
            }

            Array.Resize(ref buffer, buffer.Length * 2);
        }

        var read = stream.Read(buffer, filled, buffer.Length - filled);
        (filled, isLast) = (filled + read, read == 0);
    }
}
