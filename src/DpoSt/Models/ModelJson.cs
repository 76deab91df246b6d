using System.Text.Json;

namespace DpoSt.Models;

/// <summary>How config.json and generation_config.json are read and written: snake_case keys, unknown ones ignored.</summary>
internal static class ModelJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Sizes that decide how much is allocated must be numbers a model can have.</summary>
    /// <exception cref="UserErrorException">One is not.</exception>
    public static void CheckSizes(string path, params (string Key, long Value)[] sizes)
    {
        foreach (var (key, value) in sizes.Where(s => s.Value is < 1 or > 1 << 24))
        {
            throw new UserErrorException($"{path}: {key} is out of range ({value}).");
        }
    }
}
