using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Serialization;

namespace DpoSt.Data.Readers;

/// <summary>Parquet by Parquet.Net: flat columns, lists and structs, one row group at a time.</summary>
internal static class ParquetReading
{
    // What a group may take when it is unpacked; programs write groups of a few hundred megabytes.
    private const long MaxGroupBytes = 4L << 30;
    private const long MaxGroupRows = 10_000_000;

    /// <summary>Reads the rows with their places, from 1.</summary>
    /// <exception cref="UserErrorException">The file is damaged, encrypted, or larger in memory than any sound one.</exception>
    public static IEnumerable<JsonLine> Read(Stream stream, string path)
    {
        var groups = Told(path, () => Groups(stream, path));
        var (number, buffer) = (0, new ArrayBufferWriter<byte>());
        for (var group = 0; group < groups; group++)
        {
            var g = group;
            var rows = Told(path, () => ParquetSerializer.DeserializeUntypedAsync(stream, null, g).GetAwaiter().GetResult().Data);
            foreach (var row in rows)
            {
                yield return new JsonLine($"{path}:row", ++number, Json(row, buffer));
            }
        }
    }

    // How many groups there are; none claims more than the file can hold.
    private static int Groups(Stream stream, string path)
    {
        ParquetBounds.CheckFooter(stream);
        var reader = ParquetReader.CreateAsync(stream, leaveStreamOpen: true).GetAwaiter().GetResult();
        try
        {
            foreach (var group in reader.Metadata!.RowGroups)
            {
                var columns = group.Columns.Select(c => c.MetaData!).ToList();
                if (group.NumRows is < 0 or > MaxGroupRows || columns.Sum(c => Math.Abs((double)c.TotalUncompressedSize)) > MaxGroupBytes
                    || columns.Exists(c => c.TotalCompressedSize < 0 || c.TotalCompressedSize > stream.Length))
                {
                    throw new UserErrorException(
                        $"{path}: a row group has {group.NumRows} rows of {columns.Sum(c => c.TotalUncompressedSize)} bytes; "
                        + "expected at most 10 million rows and 4 GiB: write the file with smaller row groups.");
                }
            }

            new ParquetPages(stream).Check(reader.Metadata!);
            return reader.RowGroupCount;
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static JsonElement Json(IDictionary<string, object> row, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, row);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case ReadOnlyMemory<char> text:
                json.WriteStringValue(text.Span);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal:
                json.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case float or double when double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                json.WriteNumberValue(Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case IDictionary<string, object> fields:
                json.WriteStartObject();
                foreach (var (name, field) in fields)
                {
                    json.WritePropertyName(name);
                    Write(json, field);
                }

                json.WriteEndObject();
                break;
            case IEnumerable items and not byte[]:
                json.WriteStartArray();
                foreach (var item in items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case DateTime or DateOnly or TimeSpan or Guid:
                json.WriteStringValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteNullValue();                         // pictures and the like are no part of a question
                break;
        }
    }

    // The library says in many ways that a file is damaged.
    private static T Told<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (UserErrorException or OutOfMemoryException or OperationCanceledException))
        {
            throw new UserErrorException($"{path}: the file cannot be read as parquet ({e.Message.Split('\n')[0].TrimEnd('.')}).", e);
        }
    }
}
