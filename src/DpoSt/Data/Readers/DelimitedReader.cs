using System.Buffers;
using System.Text;
using System.Text.Json;
using nietras.SeparatedValues;

namespace DpoSt.Data.Readers;

/// <summary>CSV and its kin by Sep: the line of names tells the separator (comma, semicolon, tab, bar); cells may be quoted and then hold
/// line breaks. All cells are texts, an empty one is null.</summary>
internal static class DelimitedReader
{
    private const int ShownCharacters = 40;

    /// <summary>Reads the rows, each with the line it begins on.</summary>
    /// <exception cref="UserErrorException">The text is no UTF-8, or a row has more or fewer cells than there are names.</exception>
    public static IEnumerable<JsonLine> Read(Stream stream, string path)
    {
        var text = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
        using var reader = Told(
            path, () => Sep.Reader(options => options with { Unescape = true, DisableColCountCheck = true }).From(text));
        var names = reader.Header.ColNames;
        if (names.FirstOrDefault(string.IsNullOrWhiteSpace) is not null)
        {
            throw new UserErrorException($"{path}:1: a column has no name; expected a first line of names such as question,answer.");
        }

        var buffer = new ArrayBufferWriter<byte>();
        while (Told(path, reader.MoveNext))
        {
            if (Row(reader.Current, names, buffer, path) is { } row)
            {
                yield return row;
            }
        }
    }

    // Null for a blank line.
    private static JsonLine? Row(SepReader.Row row, IReadOnlyList<string> names, ArrayBufferWriter<byte> buffer, string path)
    {
        if (row.ColCount == 1 && names.Count > 1 && row[0].Span.Trim().Length == 0)
        {
            return null;
        }

        if (row.ColCount != names.Count)
        {
            var first = row.ColCount == 0 ? "" : row[0].ToString();
            first = first.Length > ShownCharacters ? first[..ShownCharacters] + "..." : first;
            throw new UserErrorException(
                $"{path}:{row.LineNumberFrom}: the row that begins with \"{first}\" "
                + $"has {row.ColCount} cells, but there are {names.Count} columns ({string.Join(", ", names)}); "
                + "put cells with separators, quotes or line breaks into quotes.");
        }

        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            for (var i = 0; i < names.Count; i++)
            {
                var cell = row[i].Span;
                if (cell.Length == 0)
                {
                    json.WriteNull(names[i]);
                }
                else
                {
                    json.WriteString(names[i], cell);
                }
            }

            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return new JsonLine(path, row.LineNumberFrom, document.RootElement.Clone());
    }

    private static T Told<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException e)
        {
            throw new UserErrorException($"{path}: the file is not valid UTF-8; save it in UTF-8.", e);
        }
        catch (NotSupportedException e)
        {
            throw new UserErrorException($"{path}: a row is longer than 16 MiB; is a quote left open?", e);
        }
        catch (ArgumentException e)
        {
            throw new UserErrorException($"{path}:1: two columns have the same name; expected different ones.", e);
        }
    }
}
