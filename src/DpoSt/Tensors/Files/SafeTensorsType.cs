using TorchSharp;

namespace DpoSt.Tensors.Files;

/// <summary>The dtypes of the safetensors format and the ones among them that tensors here can have.</summary>
internal static class SafeTensorsType
{
    private static readonly Dictionary<string, (int Bits, torch.ScalarType? Type)> All = new(StringComparer.Ordinal)
    {
        ["F64"] = (64, torch.ScalarType.Float64),
        ["F32"] = (32, torch.ScalarType.Float32),
        ["F16"] = (16, torch.ScalarType.Float16),
        ["BF16"] = (16, torch.ScalarType.BFloat16),
        ["I64"] = (64, torch.ScalarType.Int64),
        ["I32"] = (32, torch.ScalarType.Int32),
        ["I16"] = (16, torch.ScalarType.Int16),
        ["I8"] = (8, torch.ScalarType.Int8),
        ["U8"] = (8, torch.ScalarType.Byte),
        ["BOOL"] = (8, torch.ScalarType.Bool),
        ["U64"] = (64, null),
        ["U32"] = (32, null),
        ["U16"] = (16, null),
        ["C64"] = (64, null),
        ["F8_E4M3"] = (8, null),
        ["F8_E5M2"] = (8, null),
        ["F8_E8M0"] = (8, null),
        ["F6_E2M3"] = (6, null),
        ["F6_E3M2"] = (6, null),
        ["F4"] = (4, null),
    };

    /// <summary>Bits an element, or null for a name the format does not know.</summary>
    public static int? Bits(string name) => All.TryGetValue(name, out var type) ? type.Bits : null;

    /// <summary>The tensor type of a name, or null where tensors here cannot hold it.</summary>
    public static torch.ScalarType? ToScalarType(string name) => All[name].Type;

    /// <summary>The format's name of a tensor type.</summary>
    public static string FromScalarType(torch.ScalarType type) => All.First(pair => pair.Value.Type == type).Key;
}
