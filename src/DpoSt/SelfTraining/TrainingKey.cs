using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.Runs;

namespace DpoSt.SelfTraining;

/// <summary>
/// All that a trained model depends on, by its content: equal keys, equal weights. It lies beside the weights, so that a model that is done
/// is known as what it is, whichever command trained it.
/// </summary>
/// <param name="Options">Of the options that change what is learnt.</param>
/// <param name="FirstModel">Of the files of the model that training started from.</param>
/// <param name="Data">Of the file of rows or pairs.</param>
internal sealed record TrainingKey(
    [property: JsonRequired] string Options, [property: JsonRequired] string FirstModel, [property: JsonRequired] string Data)
{
    /// <summary>The file's name in a model's folder.</summary>
    public const string Name = "training.json";

    /// <summary>Changes when checkpoints are laid out in another way, or training computes something else.</summary>
    internal const int Layout = 3;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>The key of a training that is to be.</summary>
    /// <exception cref="UserErrorException">The first model or the data cannot be read.</exception>
    public static TrainingKey Of(object options, string from, string data) =>
        new(ContentKey.Of(new { Layout, options }, []), ContentKey.Of("", [ContentKey.OfPath(from)]), ContentKey.Of("", [ContentKey.OfPath(data)]));

    /// <summary>The key of a training that begins with random weights, on data that is a function of the options.</summary>
    public static TrainingKey FromScratch(object options) => new(ContentKey.Of(new { Layout, options }, []), "", "");

    /// <summary>The key of a model that is done; null where there is no model, or nobody wrote down how it came about.</summary>
    public static TrainingKey? Read(string model)
    {
        var path = Path.Combine(model, Name);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<TrainingKey>(File.ReadAllText(path), Json) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;                                       // trained anew rather than trusted
        }
    }

    /// <summary>Writes the key into a folder; gives the file.</summary>
    public string Write(string folder)
    {
        var path = Path.Combine(folder, Name);
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, Json) + "\n");
        return path;
    }

    /// <summary>The key in one word, for checkpoints.</summary>
    public string Digest() => ContentKey.Of(this, []);

    /// <summary>What of another key differs, in words.</summary>
    public string Difference(TrainingKey other)
    {
        string[] found =
        [
            .. Named(Options != other.Options, "with other options"), .. Named(FirstModel != other.FirstModel, "from another model"),
            .. Named(Data != other.Data, "on other data"),
        ];
        return string.Join(" and ", found);

        static string[] Named(bool differs, string name) => differs ? [name] : [];
    }
}
