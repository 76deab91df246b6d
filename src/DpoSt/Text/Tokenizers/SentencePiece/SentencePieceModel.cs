using System.Buffers.Binary;
using System.Text;

namespace DpoSt.Text.Tokenizers.SentencePiece;

/// <summary>What a SentencePiece file holds that dpost needs (sentencepiece_model.proto), read from protobuf's wire format.</summary>
internal sealed class SentencePieceModel
{
    public enum Kind
    {
        Unigram = 1,
        Bpe = 2,
    }

    /// <summary>What a piece is: the numbers of the format.</summary>
    public enum PieceType
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
        Unused = 5,
        Byte = 6,
    }

    public List<(string Text, float Score, PieceType Type)> Pieces { get; } = [];
    public Kind Model { get; private set; } = Kind.Unigram;
    public byte[] CharacterMap { get; private set; } = [];
    public bool AddsDummyPrefix { get; private set; } = true;
    public bool RemovesExtraSpaces { get; private set; } = true;

    /// <exception cref="UserErrorException">The bytes are not a SentencePiece model.</exception>
    public static SentencePieceModel Read(byte[] file, string path)
    {
        try
        {
            var model = new SentencePieceModel();
            Fields(file, (field, bytes, _) => model.Top(field, bytes));
            return model.Pieces.Count > 0 ? model : throw new FormatException("it holds no pieces");
        }
        catch (FormatException e)
        {
            throw new UserErrorException($"The file '{path}' is not a SentencePiece model: {e.Message}.", e);
        }
    }

    private void Top(int field, ReadOnlyMemory<byte> bytes)
    {
        switch (field)
        {
            case 1:
                var (text, score, type) = ("", 0f, PieceType.Normal);
                Fields(bytes, (inner, value, number) =>
                {
                    text = inner == 1 ? Encoding.UTF8.GetString(value.Span) : text;
                    score = inner == 2 ? BitConverter.UInt32BitsToSingle((uint)number) : score;
                    type = inner == 3 ? (PieceType)number : type;
                });
                Pieces.Add((text, score, type));
                break;
            case 2:
                Fields(bytes, (inner, _, number) =>
                {
                    Model = inner == 3 ? (Kind)number : Model;
                    Refuse(inner == 24 && number != 0, "treat_whitespace_as_suffix");
                });
                break;
            case 3:
                Fields(bytes, (inner, value, number) =>
                {
                    CharacterMap = inner == 2 ? value.ToArray() : CharacterMap;
                    AddsDummyPrefix = inner == 3 ? number != 0 : AddsDummyPrefix;
                    RemovesExtraSpaces = inner == 4 ? number != 0 : RemovesExtraSpaces;
                    Refuse(inner == 5 && number == 0, "escape_whitespaces: false");
                });
                break;
            case 5:
                Fields(bytes, (inner, value, _) => Refuse(inner == 2 && value.Length > 0, "denormalizer_spec"));
                break;
        }
    }

    private static void Refuse(bool isSo, string field)
    {
        if (isSo)
        {
            throw new FormatException($"it has {field}, which dpost does not know");
        }
    }

    /// <summary>Goes through the fields of a message: a length-delimited one brings its bytes, the others their number.</summary>
    private static void Fields(ReadOnlyMemory<byte> message, Action<int, ReadOnlyMemory<byte>, ulong> take)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message.Span, ref at);
            var (bytes, number) = (ReadOnlyMemory<byte>.Empty, 0UL);
            switch (tag & 7)
            {
                case 0:
                    number = Varint(message.Span, ref at);
                    break;
                case 1:
                    number = BinaryPrimitives.ReadUInt64LittleEndian(Slice(message, ref at, 8).Span);
                    break;
                case 2:
                    bytes = Slice(message, ref at, Varint(message.Span, ref at));
                    break;
                case 5:
                    number = BinaryPrimitives.ReadUInt32LittleEndian(Slice(message, ref at, 4).Span);
                    break;
                default:
                    throw new FormatException($"field type {tag & 7} at byte {at}");
            }

            take((int)(tag >> 3), bytes, number);
        }
    }

    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> message, ref int at, ulong length)
    {
        if (length > (ulong)(message.Length - at))
        {
            throw new FormatException($"a field at byte {at} is longer than the file");
        }

        at += (int)length;
        return message.Slice(at - (int)length, (int)length);
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= bytes.Length)
            {
                throw new FormatException("it ends in the middle of a number");
            }

            value |= (bytes[at] & 0x7FUL) << shift;
            if (bytes[at++] < 0x80)
            {
                return value;
            }
        }

        throw new FormatException($"a number before byte {at} is too long");
    }
}
