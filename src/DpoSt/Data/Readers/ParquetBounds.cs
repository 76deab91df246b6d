using System.Globalization;

namespace DpoSt.Data.Readers;

/// <summary>
/// Walks what a parquet file says of itself, its footer and its pages' headers, as Parquet.Net will, before it does: the library takes
/// every count and length at its word, and reads on behind the end for ever. Both are in Thrift's compact protocol
/// (https://github.com/apache/parquet-format, parquet.thrift).
/// </summary>
/// <param name="stream">Where it stands.</param>
/// <param name="end">The place behind its last byte.</param>
internal sealed class ParquetBounds(Stream stream, long end)
{
    private const int MaxDepth = 8;
    private const int MaxSchemaDepth = 64;
    private const int MaxFooter = 32 << 20;
    private const int Tail = 8;                                // the footer's length, and PAR1

    // Every structure with its fields: i a number, b a byte, t a truth, d a double, s bytes, * a list; as in parquet.thrift.
    private static readonly Dictionary<string, Dictionary<int, string>> Structures = Table("""
        FileMetaData 1:i 2:*SchemaElement 3:i 4:*RowGroup 5:*KeyValue 6:s 7:*ColumnOrder 8:Encryption 9:s
        SchemaElement 1:i 2:i 3:i 4:s 5:i 6:i 7:i 8:i 9:i 10:LogicalType
        LogicalType 1:- 2:- 3:- 4:- 5:Decimal 6:- 7:Time 8:Time 10:Integer 11:- 12:- 13:- 14:- 15:- 16:Variant 17:Geometry 18:Geometry
        Decimal 1:i 2:i
        Time 1:t 2:TimeUnit
        TimeUnit 1:- 2:- 3:-
        Integer 1:b 2:t
        Variant 1:b
        Geometry 1:s 2:i
        RowGroup 1:*ColumnChunk 2:i 3:i 4:*SortingColumn 5:i 6:i 7:i
        ColumnChunk 1:s 2:i 3:ColumnMetaData 4:i 5:i 6:i 7:i 8:ColumnEncryption 9:s
        ColumnMetaData 1:i 2:*i 3:*s 4:i 5:i 6:i 7:i 8:*KeyValue 9:i 10:i 11:i 12:Statistics 13:*Encodings 14:i 15:i 16:Sizes 17:Places
        Statistics 1:s 2:s 3:i 4:i 5:s 6:s 7:t 8:t
        Encodings 1:i 2:i 3:i
        Sizes 1:i 2:*i 3:*i
        Places 1:Box 2:*i
        Box 1:d 2:d 3:d 4:d 5:d 6:d 7:d 8:d
        SortingColumn 1:i 2:t 3:t
        KeyValue 1:s 2:s
        ColumnOrder 1:-
        Encryption 1:Algorithm 2:Algorithm
        Algorithm 1:s 2:s 3:t
        ColumnEncryption 1:- 2:ColumnKey
        ColumnKey 1:*s 2:s
        PageHeader 1:i 2:i 3:i 4:i 5:DataPage 6:- 7:DictionaryPage 8:DataPageV2
        DataPage 1:i 2:i 3:i 4:i 5:Statistics
        DictionaryPage 1:i 2:i 3:t
        DataPageV2 1:i 2:i 3:i 4:i 5:i 6:i 7:t 8:Statistics
        -
        """);

    // How many structures of the schema each of its structures holds, in order.
    private readonly List<long> children = [];

    /// <summary>Checks the footer of a file.</summary>
    /// <exception cref="InvalidDataException">It claims more than there is, or is nested too deep.</exception>
    public static void CheckFooter(Stream stream)
    {
        var tail = new byte[Tail];
        stream.Position = Math.Max(0, stream.Length - Tail);
        var length = stream.ReadAtLeast(tail, Tail, throwOnEndOfStream: false) == Tail ? BitConverter.ToInt32(tail) : -1;
        if (length is <= 0 or > MaxFooter || length > stream.Length - Tail)
        {
            throw new InvalidDataException($"its footer claims {length} bytes of {stream.Length}, and at most {MaxFooter} are read");
        }

        stream.Position = stream.Length - Tail - length;
        var walk = new ParquetBounds(stream, stream.Length - Tail);
        walk.Structure("FileMetaData");
        walk.CheckSchema();
    }

    /// <summary>Checks the header of a page, where the stream stands, and leaves the stream behind it.</summary>
    /// <exception cref="InvalidDataException">As for a footer.</exception>
    public static void CheckPage(Stream stream) => new ParquetBounds(stream, stream.Length).Structure("PageHeader");

    // The elements of a schema are a tree in order; the library goes down it without looking how deep it is.
    private void CheckSchema()
    {
        var open = new Stack<long>();
        foreach (var count in children)
        {
            while (open.TryPeek(out var left) && left == 0)
            {
                open.Pop();
            }

            if (open.TryPop(out var one))
            {
                open.Push(one - 1);
            }

            open.Push(count);
            if (count < 0 || count > children.Count || open.Count > MaxSchemaDepth)
            {
                throw new InvalidDataException($"its schema has a structure of {count} parts, or more than {MaxSchemaDepth} levels");
            }
        }
    }

    // Whether it has any field at all.
    private bool Structure(string name)
    {
        var (fields, held, any) = (Structures[name], 0L, false);
        for (var (id, header) = ((short)0, Byte()); header != 0; header = Byte())
        {
            any = true;
            id = Field(id, header);
            var kind = header & 15;
            if (!fields.TryGetValue(id, out var form))
            {
                Skip(kind, 0);
            }
            else if (Suits(form, kind))
            {
                held = Value(form) is var number && name == "SchemaElement" && id == 5 ? number : held;
            }
            else
            {
                throw new InvalidDataException($"the field {id} of {name} is of the kind {kind}");
            }
        }

        if (name == "SchemaElement")
        {
            children.Add(held);
        }

        return any;
    }

    private static bool Suits(string form, int kind) => form[0] switch
    {
        'i' => kind is 4 or 5 or 6,
        'b' => kind == 3,
        't' => kind is 1 or 2,
        'd' => kind == 7,
        's' => kind == 8,
        '*' => kind == 9,
        _ => kind == 12,
    };

    // A number's value, else nothing of interest.
    private long Value(string form)
    {
        switch (form[0])
        {
            case 'i':
                return Varint() is var bits ? (long)(bits >> 1) ^ -(long)(bits & 1) : 0;
            case 'b':
                Pass(1);
                break;
            case 't':
                break;
            case 'd':
                Pass(sizeof(double));
                break;
            case 's':
                Pass(Varint());
                break;
            case '*':
                var (count, kind) = List();
                for (var i = 0UL; i < count; i++)
                {
                    if (!Suits(form[1..], kind) || Value(form[1..]) < 0 && kind == 12)
                    {
                        throw new InvalidDataException($"a list of {form[1..]} holds one of the kind {kind}, or an empty one");
                    }
                }

                break;
            default:
                return Structure(form) ? 0 : -1;
        }

        return 0;
    }

    // What the library does not know it skips; of a structure it skips the names of the fields alone.
    private void Skip(int kind, int depth)
    {
        switch (kind)
        {
            case 1 or 2:
                break;
            case 3:
                Pass(1);
                break;
            case 4 or 5 or 6:
                Varint();
                break;
            case 7:
                Pass(sizeof(double));
                break;
            case 8:
                Pass(Varint());
                break;
            case 9 when depth < MaxDepth:
                var (count, inner) = List();
                for (var i = 0UL; i < count; i++)
                {
                    // Truths in a list have a byte each, which the library leaves: it would count through claims that cost nothing.
                    Skip(inner is 1 or 2 ? 0 : inner, depth + 1);
                }

                break;
            case 12:
                for (var (id, header) = ((short)0, Byte()); header != 0; header = Byte())
                {
                    id = Field(id, header);
                }

                break;
            default:
                throw new InvalidDataException(
                    $"there is a field of the kind {kind} that nobody knows, or more than {MaxDepth} lists deep");
        }
    }

    private short Field(short before, int header)
    {
        if (header >> 4 != 0)
        {
            return (short)(before + (header >> 4));
        }

        var bits = Varint();
        return bits <= uint.MaxValue ? (short)((int)(bits >> 1) ^ -(int)(bits & 1))
            : throw new InvalidDataException("a field has no number");
    }

    // An element is a byte at least.
    private (ulong Count, int Kind) List()
    {
        var header = Byte();
        var count = header >> 4 == 15 ? Varint() : (ulong)(header >> 4);
        return count <= (ulong)(end - stream.Position) ? (count, header & 15)
            : throw new InvalidDataException($"a list claims {count} elements where {end - stream.Position} bytes are left");
    }

    private void Pass(ulong length) => stream.Position = length <= (ulong)(end - stream.Position) ? stream.Position + (long)length
        : throw new InvalidDataException($"a field claims {length} bytes where {end - stream.Position} are left");

    private ulong Varint() => CompactNumbers.Read(Byte, "a number has no end");

    private int Byte() => stream.Position < end && stream.ReadByte() is >= 0 and var next ? next
        : throw new InvalidDataException("it goes on behind its end");

    private static Dictionary<string, Dictionary<int, string>> Table(string text) => text.Split('\n').Select(line => line.Split(' '))
        .ToDictionary(
            words => words[0],
            words => words.Skip(1).Select(word => word.Split(':'))
                .ToDictionary(pair => int.Parse(pair[0], CultureInfo.InvariantCulture), pair => pair[1]),
            StringComparer.Ordinal);
}
