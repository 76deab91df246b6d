using System.Text.Json;

namespace DpoSt.SelfTraining;

/// <summary>
/// What a run has done: for every stage a key of all it depended on. A stage whose key is the same and whose outputs are there is not
/// run again; a changed option changes the keys of what depends on it, and of nothing else.
/// </summary>
internal sealed class Ledger
{
    private readonly string path;
    private readonly SortedDictionary<string, string> keys;
    private readonly Dictionary<string, string> contents = new(StringComparer.Ordinal);

    private Ledger(string path, SortedDictionary<string, string> keys)
    {
        this.path = path;
        this.keys = keys;
    }

    /// <summary>Opens the ledger at a path; empty where there is none yet.</summary>
    /// <exception cref="UserErrorException">The file is no ledger.</exception>
    public static Ledger Open(string path)
    {
        if (!File.Exists(path))
        {
            return new Ledger(path, new SortedDictionary<string, string>(StringComparer.Ordinal));
        }

        try
        {
            var read = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path))!;
            return new Ledger(path, new SortedDictionary<string, string>(read, StringComparer.Ordinal));
        }
        catch (Exception e) when (e is JsonException or ArgumentNullException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} is no ledger of a run: remove it, and every stage runs again.", e);
        }
    }

    /// <summary>The key under which a stage was finished, or null.</summary>
    public string? this[string stage] => keys.GetValueOrDefault(stage);

    /// <summary>Notes a stage as finished.</summary>
    public void Finish(string stage, string key)
    {
        keys[stage] = key;
        Write();
    }

    /// <summary>Notes that a stage's outputs are about to change.</summary>
    public void Forget(string stage)
    {
        if (keys.Remove(stage))
        {
            Write();
        }
    }

    /// <summary>
    /// A key of a stage: of its options, of the stages before it and of the files it reads from outside the run. Each file is read once,
    /// however many stages depend on it: a base model may have gigabytes.
    /// </summary>
    public string KeyOf(object options, IEnumerable<string> before, IEnumerable<string> files)
    {
        return ContentKey.Of(options, [.. before, .. files.Select(Content)]);

        string Content(string file) => contents.TryGetValue(file, out var content) ? content : contents[file] = ContentKey.OfPath(file);
    }

    private void Write() => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(keys, Indented) + "\n");

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
