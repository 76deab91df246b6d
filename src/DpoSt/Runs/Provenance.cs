using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpoSt.Runs;

/// <summary>Something that a stage reads.</summary>
/// <param name="Role">What it is to the stage: <c>model</c>, <c>rows</c>.</param>
/// <param name="Path">A file, or a model's folder.</param>
/// <param name="Files">The files of a folder that matter; null is all that make the model.</param>
internal sealed record StageInput(string Role, string Path, IReadOnlyList<string>? Files = null);

/// <summary>
/// What an output was made from, and what it was when it was made: in <c>provenance.json</c> beside a file, or inside a model's
/// folder. An output is done where the options and the contents of all inputs are the same and every file is as it was written.
/// </summary>
/// <param name="Options">The key of the options that matter.</param>
/// <param name="Inputs">The key of each input's content, by its role.</param>
/// <param name="Files">The fingerprint of every file of the output, by its name; null while the output is begun over.</param>
internal sealed record Provenance(
    [property: JsonRequired] string Options, [property: JsonRequired] SortedDictionary<string, string> Inputs,
    [property: JsonRequired] SortedDictionary<string, Fingerprint>? Files)
{
    /// <summary>The options by name, for people; null where an earlier version wrote none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, string>? Settings { get; init; }

    /// <summary>The file's name in a folder.</summary>
    public const string FileName = "provenance.json";

    /// <summary>What versions before 0.1 wrote into a model's folder.</summary>
    public const string EarlierFileName = "training.json";

    private const string ForFolder = ".";

    // Changes when the same inputs and options give something else than they gave before.
    private const int Layout = 1;

    private static readonly JsonSerializerOptions Json =
        new()
        {
            WriteIndented = true,
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };

    /// <summary>The provenance of what is to be made now.</summary>
    /// <exception cref="UserErrorException">An input cannot be read.</exception>
    public static Provenance Of(object options, IEnumerable<StageInput> inputs) => new(
        ContentKey.Of(new { Layout, options }),
        new SortedDictionary<string, string>(
            inputs.ToDictionary(i => i.Role, i => ContentKey.OfPath(i.Path, i.Files), StringComparer.Ordinal), StringComparer.Ordinal),
        null)
    {
        Settings = NamedOptions.Of(options),
    };

    /// <summary>All that the outcome depends on, in one word.</summary>
    public string Key() => ContentKey.Of(Options, Inputs.Select(i => $"{i.Key} {i.Value}"));

    /// <summary>What is known of a file or of a model's folder; null where nothing is.</summary>
    public static Provenance? Read(string output)
    {
        var (path, name) = PlaceOf(output);
        return ReadAll(path).GetValueOrDefault(name);
    }

    /// <summary>Writes down that a file, or a model's folder, was made from this as it is now.</summary>
    public void Write(string output) => Set([output], _ => this with
    {
        Files = Directory.Exists(output) ? Prints(output, ContentKey.FilesOf(output))
            : Prints(Path.GetDirectoryName(output)!, [Path.GetFileName(output)]),
    });

    /// <summary>Writes this down for a file that has moved with it.</summary>
    public void WriteAsItIs(string output) => Set([output], _ => this);

    /// <summary>Writes down that outputs are begun over: until they are made they are not done, whatever is there.</summary>
    public static void Forget(IEnumerable<string> outputs) => Set(outputs, known => known is null ? null : known with { Files = null });

    /// <summary>What of another provenance differs, in words; empty where nothing does. Options are named, the other's value first,
    /// where both know theirs.</summary>
    public string Difference(Provenance other) => string.Join(
        " and ",
        Inputs.Keys.Union(other.Inputs.Keys, StringComparer.Ordinal)
            .Where(role => Inputs.GetValueOrDefault(role) != other.Inputs.GetValueOrDefault(role))
            .Select(role => role is "model" or "tokenizer" ? $"another {role}" : $"other {role}")
            .Prepend(Options == other.Options ? ""
                : NamedOptions.Difference(other.Settings, Settings) is { Length: > 0 } named ? $"other options ({named})" : "other options")
            .Where(part => part.Length > 0));

    /// <summary>Whether an output is made from this, and is as it was made.</summary>
    public bool Holds(string output) =>
        Read(output) is { Files: not null } known && Difference(known).Length == 0 && known.Damage(output) is null;

    /// <summary>What has happened to an output since it was made, in words; null where it is as it was.</summary>
    /// <exception cref="UserErrorException">A file of it cannot be read.</exception>
    public string? Damage(string output)
    {
        var folder = Directory.Exists(output) ? output : Path.GetDirectoryName(output)!;
        var (name, print) = Files!.FirstOrDefault(
            file => !File.Exists(Path.Combine(folder, file.Key)) || !file.Value.IsOf(Path.Combine(folder, file.Key)));
        return print is null ? null : File.Exists(Path.Combine(folder, name)) ? $"{name} has changed since it was written"
            : $"{name} is gone";
    }

    private static SortedDictionary<string, Fingerprint> Prints(string folder, IReadOnlyList<string> names) =>
        new(
            names.ToDictionary(name => name, name => Fingerprint.Of(Path.Combine(folder, name)), StringComparer.Ordinal),
            StringComparer.Ordinal);

    private static void Set(IEnumerable<string> outputs, Func<Provenance?, Provenance?> change)
    {
        foreach (var folder in outputs.Select(PlaceOf).GroupBy(place => place.Path, place => place.Name, StringComparer.Ordinal))
        {
            var all = ReadAll(folder.Key);
            var changed = folder.Select(name => (Name: name, Value: change(all.GetValueOrDefault(name))))
                .Where(c => c.Value is not null)
                .ToList();
            if (changed.Count > 0)
            {
                changed.ForEach(c => all[c.Name] = c.Value!);
                AtomicFile.WriteAllText(folder.Key, JsonSerializer.Serialize(all, Json) + "\n");
            }
        }
    }

    private static (string Path, string Name) PlaceOf(string output)
    {
        var beside = (Path: Path.Combine(Path.GetDirectoryName(Path.GetFullPath(output))!, FileName), Name: Path.GetFileName(output));
        // A file's record is beside it. A folder that nothing beside it tells of is a model's, with its record inside.
        return Directory.Exists(output) && !ReadAll(beside.Path).ContainsKey(beside.Name)
            ? (Path.Combine(output, FileName), ForFolder)
            : beside;
    }

    // A damaged record proves nothing: what it told of is made again.
    private static SortedDictionary<string, Provenance> ReadAll(string path)
    {
        try
        {
            if (File.Exists(path) && JsonSerializer.Deserialize<Dictionary<string, Provenance>>(WholeFile.ReadText(path), Json) is { } read)
            {
                return new SortedDictionary<string, Provenance>(read, StringComparer.Ordinal);
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
        }

        return new SortedDictionary<string, Provenance>(StringComparer.Ordinal);
    }
}
