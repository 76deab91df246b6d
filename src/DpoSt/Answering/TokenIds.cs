using System.Text.Json;
using DpoSt.Data;

namespace DpoSt.Answering;

/// <summary>Token ids in a line of JSON.</summary>
internal static class TokenIds
{
    /// <summary>The ids of a property, below the vocabulary's size or equal to <paramref name="extra"/>.</summary>
    /// <exception cref="UserErrorException">It is not a list of ids.</exception>
    public static int[] Read(JsonLine line, JsonElement value, string name, int vocabularySize, string expected, int? extra = null)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw line.Error($"\"{name}\" is not a list; expected {expected}.");
        }

        return [.. value.EnumerateArray().Select(id => IsId(id, out var number)
            ? number
            : throw line.Error(
                $"{id.GetRawText()} in \"{name}\" is not a token id; the vocabulary has ids from 0 to {vocabularySize - 1}."))];

        bool IsId(JsonElement id, out int number)
        {
            number = -1;
            return id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out number)
                && ((number >= 0 && number < vocabularySize) || number == extra);
        }
    }
}
