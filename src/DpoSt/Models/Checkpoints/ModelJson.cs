using System.Text.Json;

namespace DpoSt.Models.Checkpoints;

/// <summary>How config.json and generation_config.json are read and written: snake_case keys, unknown ones ignored.</summary>
internal static class ModelJson
{
    private const long MostOfASize = 1 << 24;
    private const long MostLayers = 4096;

    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Sizes that decide how much is allocated must be numbers a model can have.</summary>
    /// <exception cref="UserErrorException">One is not.</exception>
    public static void CheckSizes(string path, params (string Key, long Value)[] sizes) => Check(path, sizes, MostOfASize);

    /// <summary>So must be numbers of layers: each is a dozen objects before a weight is looked at.</summary>
    /// <exception cref="UserErrorException">One is not.</exception>
    public static void CheckLayers(string path, params (string Key, long Value)[] layers) => Check(path, layers, MostLayers);

    private static void Check(string path, (string Key, long Value)[] numbers, long most)
    {
        foreach (var (key, value) in numbers.Where(s => s.Value < 1 || s.Value > most))
        {
            throw new UserErrorException($"{path}: {key} is {value}; expected a number from 1 to {most}.");
        }
    }
}
