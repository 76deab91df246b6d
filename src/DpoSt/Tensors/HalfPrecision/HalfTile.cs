using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.Devices;
using static DpoSt.Tensors.HalfPrecision.Register;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>The innermost loop of <see cref="HalfProduct"/>: twelve rows times a panel of 64 columns, whose sums in halves stay in 24 of
/// the 32 registers. A long sum in halves would lose digits, so after every <see cref="Chain"/> products they are added to sums in
/// fp32.</summary>
internal static unsafe class HalfTile
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 12;

    /// <summary>Columns of a tile and of a panel: two vectors.</summary>
    public const int Width = 64;

    /// <summary>Products that are summed in half precision.</summary>
    public const int Chain = 64;

    private const int Vector = 64;                  // bytes
    private const int Ahead = 16 * 2 * Vector;      // how far of a panel is fetched into the first cache, which does not hold all of it
    private const int Sums = 8;                     // the first register that holds some
    private const int Room = (2 * Rows + 1) * Vector;       // on the stack: sums are widened as they are loaded, which halves the work

    private static readonly delegate* unmanaged[Cdecl]<uint*, nint, nint, ushort*, float*, long, void> Code = Place();

    /// <summary>Whether this processor has the instructions, and the system allows code that is made at run time.</summary>
    public static bool IsSupported => Code != null;

    /// <summary>Adds to the sums [12, 64] the product of a [12, depth] and a panel [depth, 64].</summary>
    /// <param name="a">Halves, each twice in a word.</param>
    /// <param name="rowStep">Words from one row of a to the next.</param>
    /// <param name="step">Words from one column of a to the next.</param>
    /// <param name="depth">At least one.</param>
    public static void Multiply(uint* a, int rowStep, int step, ushort* panel, float* sums, int depth) =>
        Code(a, rowStep * sizeof(uint), step * sizeof(uint), panel, sums, depth);

    /// <summary>The instructions, called as on Linux: a in rdi, bytes to its next row (rsi) and column (rdx), panel, sums, depth.</summary>
    internal static byte[] Write()
    {
        var code = new Avx512Code();
        Register[] bases = [Rdi, R10, R11, Rax];                                // rows 0, 3, 6 and 9
        code.KeepRbx();
        code.Add(Rsp, -Room);
        foreach (var (before, after) in bases.Zip(bases.Skip(1)))
        {
            code.LoadAddress(after, new Address(before, Rsi, 2));
            code.Add(after, Rsi);
        }

        var chain = code.Here;
        code.Least(Rbx, Chain, R9);
        code.Subtract(R9, Rbx);
        for (var sum = Sums; sum < Sums + 2 * Rows; sum++)
        {
            code.Zero(sum);
        }

        var step = code.Here;
        code.Load(0, new Address(Rcx));
        code.Load(1, new Address(Rcx, Offset: Vector));
        code.Fetch(new Address(Rcx, Offset: Ahead));
        code.Fetch(new Address(Rcx, Offset: Ahead + Vector));
        code.Fetch(new Address(Rdi, Rdx, 8));
        code.Fetch(new Address(Rdi, Rdx, 8, (Rows - 1) * sizeof(uint)));
        code.Add(Rcx, 2 * Vector);
        for (var row = 0; row < Rows; row++)
        {
            var (factor, sum) = (2 + row % 4, Sums + 2 * row);
            code.Broadcast(factor, row % 3 == 0 ? new Address(bases[row / 3]) : new Address(bases[row / 3], Rsi, row % 3));
            code.MultiplyAdd(sum, factor, 0);
            code.MultiplyAdd(sum + 1, factor, 1);
        }

        Array.ForEach(bases, row => code.Add(row, Rdx));
        code.Decrement(Rbx);
        code.JumpIfNotZero(step);
        code.Copy(Rbx, Rsp);
        code.Align64(Rbx);
        code.Add(Rbx, Vector);
        for (var sum = 0; sum < 2 * Rows; sum++)
        {
            code.Store(new Address(Rbx, Offset: sum * Vector), Sums + sum);
        }

        for (var part = 0; part < 4 * Rows; part++)
        {
            var sums = new Address(R8, Offset: part * Vector);
            code.Widen(part % Sums, new Address(Rbx, Offset: part * Vector / 2));
            code.Add(part % Sums, part % Sums, sums);
            code.Store(sums, part % Sums);
        }

        code.Test(R9);
        code.JumpIfNotZero(chain);
        code.Add(Rsp, Room);
        code.Return();
        return code.ToArray();
    }

    private static delegate* unmanaged[Cdecl]<uint*, nint, nint, ushort*, float*, long, void> Place() =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && Avx512BW.IsSupported && Processor.HasHalf
            ? (delegate* unmanaged[Cdecl]<uint*, nint, nint, ushort*, float*, long, void>)ExecutableMemory.Place(Write()) : null;
}
