using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>A general register, by its number in an instruction.</summary>
internal enum Register
{
    Rax = 0,
    Rcx = 1,
    Rdx = 2,
    Rbx = 3,
    Rsp = 4,
    Rsi = 6,
    Rdi = 7,
    R8 = 8,
    R9 = 9,
    R10 = 10,
    R11 = 11,
}

/// <summary>A place in memory: base + index * scale + offset.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Address(Register Base, Register? Index = null, int Scale = 1, int Offset = 0);

/// <summary>Writes x64 instructions, only those that <see cref="HalfTile"/> needs: its multiplications in half precision (AVX512-FP16) are
/// not among .NET's intrinsics. Vectors are the 32 of 512 bits, by number. Encodings: Intel 64 Software Developer's Manual, volume 2, 2.1
/// (REX), 2.7 (EVEX) and each instruction's page.</summary>
internal sealed class Avx512Code
{
    // Opcode maps and mandatory prefixes, as EVEX numbers them.
    private const int Map0F = 1;
    private const int Map0F38 = 2;
    private const int Map6 = 6;
    private const int None = 0;
    private const int Prefix66 = 1;

    private readonly List<byte> bytes = [];

    /// <summary>The instructions so far.</summary>
    public byte[] ToArray() => [.. bytes];

    /// <summary>Where the next instruction begins.</summary>
    public int Here => bytes.Count;

    /// <summary>All zeros.</summary>
    public void Zero(int vector) => Vectors(Map0F, Prefix66, 0xEF, vector, vector, vector);        // vpxord

    /// <summary>64 bytes of memory.</summary>
    public void Load(int vector, Address from) => Memory(Map0F, None, 0x10, vector, 0, from);        // vmovups

    /// <summary>64 bytes to memory.</summary>
    public void Store(Address to, int vector) => Memory(Map0F, None, 0x11, vector, 0, to);        // vmovups

    /// <summary>Asks for a line of memory, which is to be in the first cache when it is read.</summary>
    public void Fetch(Address from)        // prefetcht0
    {
        Wide(0, (int)(from.Index ?? Register.Rax) >> 3, (int)from.Base >> 3, 0x0F);
        bytes.Add(0x18);
        Operand(1, from);        // the instruction's extension
    }

    /// <summary>Four bytes of memory, sixteen times.</summary>
    public void Broadcast(int vector, Address from) => Memory(Map0F38, Prefix66, 0x58, vector, 0, from);        // vpbroadcastd

    /// <summary>sum += a * b, in 32 numbers of half precision, rounded once.</summary>
    public void MultiplyAdd(int sum, int a, int b) => Vectors(Map6, Prefix66, 0xB8, sum, a, b);        // vfmadd231ph

    /// <summary>Sixteen numbers of half precision in single precision.</summary>
    public void Widen(int vector, Address halves) => Memory(Map0F38, Prefix66, 0x13, vector, 0, halves);        // vcvtph2ps

    /// <summary>result = a + memory, in single precision.</summary>
    public void Add(int result, int a, Address b) => Memory(Map0F, None, 0x58, result, a, b);        // vaddps

    /// <summary>to = a place's address.</summary>
    public void LoadAddress(Register to, Address of)
    {
        Wide((int)to >> 3, (int)(of.Index ?? Register.Rax) >> 3, (int)of.Base >> 3, 0x8D);
        Operand((int)to, of);
    }

    /// <summary>to += by.</summary>
    public void Add(Register to, Register by) => General(0x01, by, to);

    /// <summary>to += a constant.</summary>
    public void Add(Register to, int by)
    {
        General(0x81, Register.Rax, to);
        Number(by);
    }

    /// <summary>to = from.</summary>
    public void Copy(Register to, Register from) => General(0x89, from, to);

    /// <summary>The largest multiple of 64 that is not above it.</summary>
    public void Align64(Register register)
    {
        const Register extension = Register.Rsp;        // and
        General(0x83, extension, register);
        bytes.Add(0xC0);
    }

    /// <summary>to -= by; a jump may follow.</summary>
    public void Subtract(Register to, Register by) => General(0x29, by, to);

    /// <summary>to -= 1; a jump may follow.</summary>
    public void Decrement(Register to) => General(0xFF, Register.Rcx, to);        // the instruction's extension is 1

    /// <summary>Compares with zero; a jump may follow.</summary>
    public void Test(Register register) => General(0x85, register, register);

    /// <summary>to = a constant, or another register's value where that is less.</summary>
    public void Least(Register to, int constant, Register other)
    {
        General(0xC7, Register.Rax, to);        // mov
        Number(constant);
        General(0x39, to, other);        // cmp other, to
        Wide((int)to >> 3, 0, (int)other >> 3, 0x0F);        // cmovl to, other
        bytes.AddRange([0x4C, Direct((int)to, (int)other)]);
    }

    /// <summary>Jumps where the last result was not zero.</summary>
    public void JumpIfNotZero(int target)
    {
        bytes.AddRange([0x0F, 0x85]);
        Number(target - Here - sizeof(int));
    }

    /// <summary>Keeps rbx, which belongs to the caller.</summary>
    public void KeepRbx() => bytes.Add(0x53);

    /// <summary>Gives rbx back, leaves the vectors as other code expects them, and returns.</summary>
    public void Return() => bytes.AddRange([0xC5, 0xF8, 0x77, 0x5B, 0xC3]);        // vzeroupper, pop rbx, ret

    private void Vectors(int map, int prefix, byte code, int register, int source, int last)
    {
        Evex(map, prefix, register, source, last >> 4, last >> 3, code);
        bytes.Add(Direct(register, last));
    }

    private void Memory(int map, int prefix, byte code, int register, int source, Address place)
    {
        Evex(map, prefix, register, source, (int)(place.Index ?? Register.Rax) >> 3, (int)place.Base >> 3, code);
        Operand(register, place);
    }

    // Bits that extend register numbers are kept inverted.
    private void Evex(int map, int prefix, int register, int source, int x, int b, byte code)
    {
        const int length512 = 0b10 << 5;
        bytes.AddRange(
        [
            0x62,
            (byte)(Inverted(register >> 3, 7) | Inverted(x, 6) | Inverted(b, 5) | Inverted(register >> 4, 4) | map),
            (byte)(((~source & 15) << 3) | 4 | prefix),
            (byte)(length512 | Inverted(source >> 4, 3)),
            code,
        ]);

        static int Inverted(int bit, int place) => (~bit & 1) << place;
    }

    private void General(byte code, Register register, Register operand)
    {
        Wide((int)register >> 3, 0, (int)operand >> 3, code);
        bytes.Add(Direct((int)register, (int)operand));
    }

    // REX.W with the upper bits of up to three registers.
    private void Wide(int register, int index, int operand, byte code) =>
        bytes.AddRange([(byte)(0x48 | (register << 2) | (index << 1) | operand), code]);

    private static byte Direct(int register, int operand) => (byte)(0xC0 | ((register & 7) << 3) | (operand & 7));

    private void Operand(int register, Address place)
    {
        const int isIndexed = 4;
        var mode = place.Offset == 0 ? 0 : 0x80;        // an offset has 32 bits
        bytes.Add((byte)(mode | ((register & 7) << 3) | (place.Index is null ? (int)place.Base & 7 : isIndexed)));
        if (place.Index is { } index)
        {
            bytes.Add((byte)((int.Log2(place.Scale) << 6) | (((int)index & 7) << 3) | ((int)place.Base & 7)));
        }

        if (place.Offset != 0)
        {
            Number(place.Offset);
        }
    }

    private void Number(int value)
    {
        Span<byte> four = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(four, value);
        bytes.AddRange(four);
    }
}
