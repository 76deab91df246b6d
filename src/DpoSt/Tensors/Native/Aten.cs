using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Native;

/// <summary>Operators of libtorch that TorchSharp does not offer, called by name through libtorch's stable C ABI. An argument stack holds
/// one 64-bit word an argument; tensor handles are consumed by the callee. The ABI reports an error as a bare code, so callers check
/// shapes.</summary>
internal static unsafe partial class Aten
{
    /// <summary>The name under which imports ask for the library; <see cref="NativeLibraries"/> resolves it.</summary>
    public const string Library = "libtorch_cpu";

    private static readonly ConcurrentDictionary<string, nint> Names = new(StringComparer.Ordinal);

    /// <summary>The library's file name on this system.</summary>
    public static string PlatformLibrary =>
        OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";

    /// <summary>libtorch's version from its ABI number, whose top bytes are major, minor and patch; null where it has none.</summary>
    public static string? LibraryVersion()
    {
        try
        {
            var number = AbiVersion();
            return FormattableString.Invariant($"{number >> 56}.{(number >> 48) & 255}.{(number >> 40) & 255}");
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>One fused AdamW step over whole buffers (decoupled decay, bias-corrected), as torch.optim.AdamW.</summary>
    public static void FusedAdamW(
        Tensor parameter, Tensor gradient, Tensor average, Tensor squareAverage, Tensor step, double rate, double beta1, double beta2,
        double decay, double epsilon)
    {
        var stack = stackalloc ulong[15];
        stack[0] = List(parameter);
        stack[1] = List(gradient);
        stack[2] = List(average);
        stack[3] = List(squareAverage);
        stack[4] = List();
        stack[5] = List(step);
        stack[6] = Word(rate);
        stack[7] = Word(beta1);
        stack[8] = Word(beta2);
        stack[9] = Word(decay);
        stack[10] = Word(epsilon);
        stack[11] = stack[12] = stack[13] = stack[14] = 0;       // amsgrad, maximize, grad_scale, found_inf
        Call("aten::_fused_adamw_", stack);
    }

    /// <summary>A tensor shows another's memory and shape from here on, and stays what it is to autograd: nothing of a graph is kept or
    /// broken by it (the <c>.data</c> of PyTorch).</summary>
    public static void SetData(Tensor tensor, Tensor data)
    {
        var stack = stackalloc ulong[2];
        stack[0] = Handle(tensor);
        stack[1] = Handle(data);
        Call("aten::set_data", stack);
    }

    /// <summary>The weight [N, K] in oneDNN's blocked layout for products with <paramref name="rows"/> rows.</summary>
    public static Tensor PackLinearWeight(Tensor weight, long rows)
    {
        var stack = stackalloc ulong[2];
        stack[0] = Handle(weight);
        stack[1] = Some((ulong)rows);
        Call("mkldnn::_reorder_linear_weight", stack);
        return Tensor.UnsafeCreateTensor((nint)stack[0]);
    }

    /// <summary>x [.., K] times weight [N, K] transposed, by oneDNN; the weight dense or from <see cref="PackLinearWeight"/>.</summary>
    public static Tensor OneDnnLinear(Tensor x, Tensor weight)
    {
        nint result;
        var algorithm = Utf8("");
        Check(LinearPointwise(x.Handle, weight.Handle, null, Utf8("none"), null, 0, &algorithm, &result), "linear_pointwise");
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        return Tensor.UnsafeCreateTensor(result);
    }

    /// <summary>A tensor over memory that somebody else owns and keeps alive; nothing is copied.</summary>
    public static Tensor FromMemory(nint data, ReadOnlySpan<long> shape, ScalarType dtype)
    {
        var strides = stackalloc long[Math.Max(1, shape.Length)];
        var size = 1L;
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = size;
            size *= shape[d];
        }

        fixed (long* sizes = shape)
        {
            nint result;
            var dummy = 0L;
            Check(CreateFromBlob(data, shape.Length, sizes is null ? &dummy : sizes, strides, 0, (int)dtype, 0, 0, &result),
                "create_tensor_from_blob");
            return Tensor.UnsafeCreateTensor(result);
        }
    }

    /// <summary>The address of a tensor's first element.</summary>
    public static nint DataPointer(Tensor tensor)
    {
        nint result;
        Check(GetDataPointer(tensor.Handle, &result), "get_data_ptr");
        return result;
    }

    private static void Call(string op, ulong* stack) => Check(CallDispatcher(Utf8(op), Utf8(""), stack), op);

    private static void Check(int code, string op)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"libtorch's {op} failed with code {code}; its reason is on standard error.");
        }
    }

    private static ulong Handle(Tensor tensor)
    {
        nint handle;
        Check(NewTensorHandle(tensor.Handle, &handle), "new_tensor_handle");
        GC.KeepAlive(tensor);
        return (ulong)handle;
    }

    private static ulong List(params ReadOnlySpan<Tensor> tensors)
    {
        nint list;
        Check(NewList((nuint)tensors.Length, &list), "new_list");
        foreach (var tensor in tensors)
        {
            Check(PushBack(list, Handle(tensor)), "list_push_back");
        }

        return (ulong)list;
    }

    private static ulong Word(double value) => BitConverter.DoubleToUInt64Bits(value);

    // An optional argument travels as a pointer to a word that the callee frees with the C runtime's free.
    private static ulong Some(ulong word)
    {
        var pointer = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *pointer = word;
        return (ulong)pointer;
    }

    private static byte* Utf8(string text) => (byte*)Names.GetOrAdd(text, Marshal.StringToCoTaskMemUTF8);

    [LibraryImport(Library, EntryPoint = "aoti_torch_abi_version")]
    private static partial ulong AbiVersion();

    [LibraryImport(Library, EntryPoint = "aoti_torch_call_dispatcher")]
    private static partial int CallDispatcher(byte* op, byte* overload, ulong* stack);

    [LibraryImport(Library, EntryPoint = "aoti_torch_new_tensor_handle")]
    private static partial int NewTensorHandle(nint tensor, nint* result);

    [LibraryImport(Library, EntryPoint = "torch_new_list_reserve_size")]
    private static partial int NewList(nuint size, nint* result);

    [LibraryImport(Library, EntryPoint = "torch_list_push_back")]
    private static partial int PushBack(nint list, ulong item);

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_data_ptr")]
    private static partial int GetDataPointer(nint tensor, nint* result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_create_tensor_from_blob")]
    private static partial int CreateFromBlob(
        nint data, long dimensions, long* sizes, long* strides, long offset, int dtype, int deviceType, int device, nint* result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__linear_pointwise")]
    private static partial int LinearPointwise(
        nint x, nint weight, nint* bias, byte* attribute, double** scalars, long scalarCount, byte** algorithm, nint* result);
}
