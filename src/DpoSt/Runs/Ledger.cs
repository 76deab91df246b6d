using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.SelfTraining;

namespace DpoSt.Runs;

/// <summary>A stage that is done.</summary>
/// <param name="Key">Of all it depended on.</param>
/// <param name="Outputs">Of what it left.</param>
internal sealed record LedgerEntry([property: JsonRequired] string Key, [property: JsonRequired] string Outputs);

/// <summary>
/// What a run has done: for every stage a key of all it depended on and one of what it left. A stage whose keys are the same is not run
/// again; a changed option changes the keys of what depends on it, and of nothing else.
/// </summary>
internal sealed class Ledger
{
    private readonly string path;
    private readonly SortedDictionary<string, LedgerEntry> entries;
    private readonly Dictionary<string, string> contents = new(StringComparer.Ordinal);

    private Ledger(string path, SortedDictionary<string, LedgerEntry> entries)
    {
        this.path = path;
        this.entries = entries;
    }

    /// <summary>Opens the ledger at a path; empty where there is none yet.</summary>
    /// <exception cref="UserErrorException">The file is no ledger, or cannot be read.</exception>
    public static Ledger Open(string path)
    {
        if (!Path.Exists(path))
        {
            return new Ledger(path, new SortedDictionary<string, LedgerEntry>(StringComparer.Ordinal));
        }

        try
        {
            var read = JsonSerializer.Deserialize<Dictionary<string, LedgerEntry>>(File.ReadAllText(path), Json)!;
            return new Ledger(path, new SortedDictionary<string, LedgerEntry>(read, StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file cannot be read ({FileProblem.Of(path, e)}); it tells what is done already.", e);
        }
        catch (Exception e) when (e is JsonException or ArgumentNullException)
        {
            throw new UserErrorException($"{path} is no ledger of what is done: remove it, and all that it would tell of is done again.", e);
        }
    }

    /// <summary>What is known of a stage that is done; null where it is not.</summary>
    public LedgerEntry? this[string stage] => entries.GetValueOrDefault(stage);

    /// <summary>Notes stages as finished, with what they left, under one key.</summary>
    public void Finish(IEnumerable<(string Stage, IReadOnlyList<string> Outputs)> done, string key)
    {
        foreach (var (stage, outputs) in done)
        {
            entries[stage] = new LedgerEntry(key, OutputsOf(outputs));
        }

        Write();
    }

    /// <summary>Notes that the outputs of stages are about to change.</summary>
    public void Forget(params IEnumerable<string> stages)
    {
        var known = stages.Where(entries.ContainsKey).ToList();
        if (known.Count > 0)
        {
            known.ForEach(stage => entries.Remove(stage));
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

        // Absent only where nothing is to run: a run looks for its inputs before it asks for keys.
        string Content(string file) =>
            contents.TryGetValue(file, out var content) ? content : contents[file] = Path.Exists(file) ? ContentKey.OfPath(file) : "";
    }

    /// <summary>
    /// A key of what lies where a stage writes: of a file's content, and of how a model was trained and how long its files are, for the model may
    /// have gigabytes. Whoever else has written there is noticed by it, and so is what was cut off or removed.
    /// </summary>
    public static string OutputsOf(IEnumerable<string> outputs) =>
        ContentKey.Of("", outputs.Select(output => Directory.Exists(output) ? OfModel(output) : ContentKey.OfPath(output)));

    private static string OfModel(string folder) =>
        string.Join('\n', new DirectoryInfo(folder).EnumerateFiles()
            .Where(f => !TrainingFolder.IsRecord(f.FullName))
            .OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => $"{f.Name} {f.Length}")
            .Prepend(TrainingKey.Read(folder)?.Digest() ?? ""));

    private void Write() => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(entries, Json) + "\n");

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
