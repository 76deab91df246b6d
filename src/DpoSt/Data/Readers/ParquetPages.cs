using Parquet.Meta;
using Encoding = Parquet.Meta.Encoding;
using Type = Parquet.Meta.Type;

namespace DpoSt.Data.Readers;

/// <summary>
/// Looks at the headers of a parquet file's pages before anything is unpacked. The library allocates what they claim, follows their sizes
/// wherever they lead, and reads a column's memory as another type where an encoding does not belong to it. Headers are in Thrift's compact
/// protocol (https://github.com/apache/parquet-format).
/// </summary>
internal sealed class ParquetPages(Stream stream)
{
    private const long MaxValues = 20_000_000;
    private const long MaxRatio = 2_000;                       // gzip reaches 1,032
    private const long Spare = 16 << 20;
    private const int MaxDepth = 8;

    /// <summary>Checks every page of every column.</summary>
    /// <exception cref="InvalidDataException">A page cannot be sound.</exception>
    public void Check(FileMetaData file)
    {
        var leaves = file.Schema.Where(element => element.NumChildren is null or 0).ToList();
        foreach (var group in file.RowGroups)
        {
            if (group.Columns.Count != leaves.Count)
            {
                throw new InvalidDataException($"a row group has {group.Columns.Count} columns, but the file {leaves.Count}");
            }

            foreach (var (column, leaf) in group.Columns.Zip(leaves))
            {
                var about = column.MetaData ?? throw new InvalidDataException("a column has no description");
                if (about.Type != leaf.Type || about.NumValues is < 0 or > MaxValues)
                {
                    throw new InvalidDataException($"the column '{leaf.Name}' claims another type, or {about.NumValues} values");
                }

                Check(about, leaf.Name);
            }
        }
    }

    // The way that the library takes: page by page, until there are as many values as the column claims.
    private void Check(ColumnMetaData column, string name)
    {
        long?[] begins = [column.DictionaryPageOffset, column.DataPageOffset, column.IndexPageOffset];
        var at = begins.Where(begin => begin is not (null or 0)).Min() ?? throw new InvalidDataException($"the column '{name}' is nowhere");
        for (var values = 0L; values < column.NumValues;)
        {
            if (at < 0 || at >= stream.Length)
            {
                throw new InvalidDataException($"the column '{name}' goes on behind the end of the file");
            }

            stream.Position = at;
            ParquetBounds.CheckPage(stream);
            var content = stream.Position;
            stream.Position = at;
            var page = Struct(0);
            var end = content + page.Compressed;
            if (content != stream.Position || page.Compressed < 0 || end > stream.Length || page.Unpacked < 0
                || page.Unpacked > Spare + page.Compressed * MaxRatio
                || page.Values is < 0 or > MaxValues || page.IsDictionary && page.Values > page.Unpacked
                || !Suits(column.Type, (Encoding)page.Encoding))
            {
                throw new InvalidDataException(
                    $"a page of the column '{name}' claims {page.Compressed} bytes packed, {page.Unpacked} unpacked, {page.Values} values "
                    + $"and the encoding {(Encoding)page.Encoding}");
            }

            values += page.IsDictionary ? 0 : page.Values;
            at = end;
        }
    }

    private static bool Suits(Type type, Encoding encoding) => encoding switch
    {
        Encoding.PLAIN or Encoding.PLAIN_DICTIONARY or Encoding.RLE_DICTIONARY => true,
        Encoding.RLE => type == Type.BOOLEAN,
        Encoding.DELTA_BINARY_PACKED => type is Type.INT32 or Type.INT64,
        Encoding.DELTA_LENGTH_BYTE_ARRAY or Encoding.DELTA_BYTE_ARRAY => type == Type.BYTE_ARRAY,
        Encoding.BYTE_STREAM_SPLIT => type is Type.FLOAT or Type.DOUBLE or Type.INT32 or Type.INT64,
        _ => false,
    };

    private sealed record Page(long Unpacked, long Compressed, long Values, long Encoding, bool IsDictionary);

    // Of a page's header, or of one of the structures in it, whatever of this it has.
    private Page Struct(int depth)
    {
        var page = new Page(0, 0, 0, 0, false);
        for (var (id, field) = (0, Byte()); field != 0; field = Byte())
        {
            id = field >> 4 == 0 ? (int)ZigZag() : id + (field >> 4);
            var type = field & 15;
            if (depth == 0 && type == 12 && id is 5 or 7 or 8)
            {
                var inner = Struct(1);
                // Of the second version the fourth field is the encoding.
                var encoding = id == 8 ? inner.Encoding : inner.Compressed;
                page = page with { Values = inner.Unpacked, Encoding = encoding, IsDictionary = id == 7 };
            }
            else if (type is 5 or 6)
            {
                var value = ZigZag();
                page = (depth, id) switch
                {
                    (0, 2) or (1, 1) => page with { Unpacked = value },
                    (0, 3) or (1, 2) => page with { Compressed = value },
                    (1, 4) => page with { Encoding = value },
                    _ => page,
                };
            }
            else
            {
                Skip(type, depth + 1);
            }
        }

        return page;
    }

    private void Skip(int type, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException("a page's header has too many levels");
        }

        switch (type)
        {
            case 1 or 2:
                break;
            case 3:
                Byte();
                break;
            case 4 or 5 or 6:
                ZigZag();
                break;
            case 7:
                stream.Position += sizeof(double);
                break;
            case 8:
                var length = (long)Varint();
                stream.Position = length >= 0 && length <= stream.Length - stream.Position ? stream.Position + length
                    : throw new InvalidDataException("a page's header goes on behind the end of the file");
                break;
            case 12:
                for (int field; (field = Byte()) != 0;)
                {
                    if (field >> 4 == 0)
                    {
                        ZigZag();
                    }

                    Skip(field & 15, depth + 1);
                }

                break;
            default:
                throw new InvalidDataException($"a page's header has a part of the kind {type}");
        }
    }

    private long ZigZag() => Varint() is var bits ? (long)(bits >> 1) ^ -(long)(bits & 1) : 0;

    private ulong Varint() => CompactNumbers.Read(Byte, "a page's header has a number without end");

    private int Byte() => stream.ReadByte() is >= 0 and var next ? next
        : throw new InvalidDataException("a page's header goes on behind the end of the file");
}
