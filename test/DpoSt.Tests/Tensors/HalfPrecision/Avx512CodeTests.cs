using DpoSt.Tensors.HalfPrecision;
using static DpoSt.Tensors.HalfPrecision.Register;

namespace DpoSt.Tests.Tensors.HalfPrecision;

/// <summary>Instructions against what GNU as 2.40 makes of them (offsets of 32 bits asked for).</summary>
public sealed class Avx512CodeTests
{
    [Fact]
    public void Instructions_are_those_of_an_assembler()
    {
        Is("62 51 3d 48 ef c0", code => code.Zero(8));
        Is("62 01 05 40 ef ff", code => code.Zero(31));
        Is("62 f1 7c 48 10 01", code => code.Load(0, new Address(Rcx)));
        Is("62 c1 7c 48 10 88 40 01 00 00", code => code.Load(17, new Address(R8, Offset: 0x140)));
        Is("62 d1 7c 48 11 88 c0 05 00 00", code => code.Store(new Address(R8, Offset: 0x5c0), 1));
        Is("62 d2 7d 48 58 2c 72", code => code.Broadcast(5, new Address(R10, Rsi, 2)));
        Is("62 f2 7d 48 58 10", code => code.Broadcast(2, new Address(Rax)));
        Is("62 76 65 48 b8 c9", code => code.MultiplyAdd(9, 3, 1));
        Is("62 26 75 40 b8 f6", code => code.MultiplyAdd(30, 17, 22));
        Is("62 f2 7d 48 13 bb e0 05 00 00", code => code.Widen(7, new Address(Rbx, Offset: 0x5e0)));
        Is("62 d1 74 48 58 88 40 00 00 00", code => code.Add(1, 1, new Address(R8, Offset: 0x40)));
        Is("48 0f 18 89 40 08 00 00", code => code.Fetch(new Address(Rcx, Offset: 0x840)));
        Is("48 0f 18 8c d7 2c 00 00 00", code => code.Fetch(new Address(Rdi, Rdx, 8, 0x2c)));
        Is("4c 8d 14 77", code => code.LoadAddress(R10, new Address(Rdi, Rsi, 2)));
        Is("49 01 f3", code => code.Add(R11, Rsi));
        Is("48 81 c1 80 00 00 00", code => code.Add(Rcx, 0x80));
        Is("48 81 c4 c0 f9 ff ff", code => code.Add(Rsp, -0x640));
        Is("48 89 e3", code => code.Copy(Rbx, Rsp));
        Is("48 83 e3 c0", code => code.Align64(Rbx));
        Is("49 29 d9", code => code.Subtract(R9, Rbx));
        Is("48 ff cb", code => code.Decrement(Rbx));
        Is("4d 85 c9", code => code.Test(R9));
        Is("48 c7 c3 40 00 00 00 49 39 d9 49 0f 4c d9", code => code.Least(Rbx, 0x40, R9));
        Is("53", code => code.KeepRbx());
        Is("c5 f8 77 5b c3", code => code.Return());
    }

    [Fact]
    public void A_jump_counts_from_its_own_end() => Is("53 0f 85 f9 ff ff ff", code =>
    {
        code.KeepRbx();
        code.JumpIfNotZero(0);
    });

    private static void Is(string expected, Action<Avx512Code> write)
    {
        var code = new Avx512Code();
        write(code);
        Assert.Equal(
            expected, string.Join(' ', code.ToArray().Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture))));
    }
}
