using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DpoSt.Tensors.Files;
using DpoSt.Training.Metrics;

namespace DpoSt.Training.Resuming;

/// <summary>The resume states of one training, in a folder of its own: written when due, the last few kept, the newest whole one restored.
/// The metrics beside them are cut back to the step that is restored, so that no line is missing and none is there twice.</summary>
/// <param name="key">What the run is; states of another run are not used.</param>
/// <param name="tell">Takes one sentence for the person who watches.</param>
/// <param name="rows">Who has rows that are a part of the state; null where the training keeps its own.</param>
internal sealed class ResumeStates(
    string folder, string key, ResumePolicy policy, long stepsPerEpoch, MetricsFile metrics, Action<string> tell,
    IKeepsRows? rows = null)
{
    private const string AsidePrefix = "of-";
    private const string Prefix = "checkpoint-";
    private const int CostLimit = 20;
    private long lastSaved = Stopwatch.GetTimestamp();
    private TimeSpan cost;

    /// <summary>The step that a run would go on from, without reading its tensors; null where there is none of that run.</summary>
    public static long? Newest(string folder, string key) =>
        All(folder).Where(found => ResumeStateFolder.KeyOf(found.Path) == key).Select(found => (long?)found.Step).FirstOrDefault();

    /// <summary>The last step that any training saved in a folder; null where none did.</summary>
    public static long? Newest(string folder) => All(folder).Select(found => (long?)found.Step).FirstOrDefault();

    /// <summary>Finds the newest whole state of the run, and cuts the metrics back to it; null where there is none.</summary>
    public (ResumeState State, string Folder)? Restore()
    {
        // A process that was killed while it wrote leaves a draft.
        DraftFolder.RemoveRemnants(Path.Combine(folder, Prefix + "*"));
        SetAside();
        foreach (var (path, _) in In(folder).ToList())
        {
            if (Read(path) is { } state)
            {
                metrics.KeepUpTo(state.Step);
                rows?.Restore(state.Rows);
                tell($"resumed after step {state.Step}, from {path}.");
                return (state, path);
            }

            Directory.Delete(path, recursive: true);
        }

        metrics.KeepUpTo(0);
        return null;
    }

    /// <summary>Whether to save after this step.</summary>
    public bool IsDue(long step) =>
        policy.Steps.Holds(step, stepsPerEpoch) || rows?.ChangeBehind(step) == true
            || Stopwatch.GetElapsedTime(lastSaved) > Max(policy.Interval, CostLimit * cost);

    /// <summary>Writes a state and removes the oldest. A full disk does not end a run that could go on.</summary>
    /// <exception cref="UserErrorException">The run ends here (<paramref name="ends"/>), and nothing could be written.</exception>
    public void Save(long step, MetricSums since, IEnumerable<PendingTensor> tensors, bool ends)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            metrics.Flush();
            ResumeStateFolder.Write(Path.Combine(folder, Name(step)), new ResumeState(key, step, since) { Rows = rows?.Kept }, tensors);
            foreach (var (path, _) in In(folder).Skip(policy.Kept).ToList())
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UserErrorException)
        {
            var found = $"no resume state could be written after step {step} ({e.Message.TrimEnd('.')})";
            if (ends)
            {
                throw new UserErrorException(
                    $"interrupted, and {found}: training goes on from the one before it next time, or starts again where there is none.",
                        e);
            }

            tell($"{found}: training goes on without it.");
        }

        lastSaved = Stopwatch.GetTimestamp();
        cost = Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Writes the token ids of a step that went wrong, for a person to look at; gives the file.</summary>
    public string KeepBatch<TBatch>(long step, IReadOnlyList<TBatch> batches)
    {
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"diverged-{step}.json"));
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(batches));
        return path;
    }

    // One mistyped option must not cost a night: states of another run and its metrics wait under another name until it comes back.
    private void SetAside()
    {
        // One that does not say whose it is is damaged, and found to be so.
        var others = In(folder)
            .Select(found => (found.Path, found.Step, Owner: ResumeStateFolder.KeyOf(found.Path) ?? key))
            .Where(found => found.Owner != key)
            .ToList();
        if (others.Count > 0)
        {
            Rename(MetricsFile.IsMetrics, "", Aside(others[0].Owner, ""));       // first: without states nobody would know whose they are
            foreach (var (path, step, owner) in others)
            {
                Replace(path, Aside(owner, Name(step)));
            }

            tell($"{others[0].Path} belongs to other options, data or another first model: it is not used, "
                + "and waits there.");
        }

        var own = All(folder).Except(In(folder)).Where(found => ResumeStateFolder.KeyOf(found.Path) == key).ToList();
        foreach (var (path, step) in own)
        {
            Replace(path, Name(step));
        }

        if (own.Count > 0)
        {
            foreach (var file in Directory.GetFiles(folder).Where(MetricsFile.IsMetrics))
            {
                File.Delete(file);                               // of a run that saved nothing
            }

            var aside = Aside(key, "");
            Rename(file => Path.GetFileName(file).StartsWith(aside, StringComparison.Ordinal), aside, "");
        }
    }

    // Files of the folder that are meant, with another beginning of their names.
    private void Rename(Func<string, bool> meant, string from, string to)
    {
        foreach (var file in Directory.GetFiles(folder).Where(meant))
        {
            File.Move(file, Path.Combine(folder, to + Path.GetFileName(file)[from.Length..]), overwrite: true);
        }
    }

    // Two of one run after one step are the same, to the bit.
    private void Replace(string path, string name)
    {
        var place = Path.Combine(folder, name);
        if (Directory.Exists(place))
        {
            Directory.Delete(place, recursive: true);
        }

        Directory.Move(path, place);
    }

    /// <summary>Whether something of a training's folder waits for another training.</summary>
    public static bool IsAside(string path) => Path.GetFileName(path).StartsWith(AsidePrefix, StringComparison.Ordinal);

    private static string Aside(string owner, string name) => $"{AsidePrefix}{owner[..Math.Min(owner.Length, 8)]}-{name}";
    private static string Name(long step) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step}");

    private ResumeState? Read(string path)
    {
        try
        {
            return ResumeStateFolder.Read(path);
        }
        catch (InvalidDataException e)
        {
            tell($"{path} is damaged ({e.Message}): the one before it is used, if there is one.");
            return null;
        }
    }

    // This run's, the newest first.
    private static IEnumerable<(string Path, long Step)> In(string folder) =>
        All(folder).Where(found => Path.GetFileName(found.Path).StartsWith(Prefix, StringComparison.Ordinal));

    // Those of other runs too.
    private static IEnumerable<(string Path, long Step)> All(string folder) => !Directory.Exists(folder) ? [] :
        Directory.EnumerateDirectories(folder, $"*{Prefix}*")
            .Where(path => !Path.GetFileName(path).StartsWith('.'))
            .Select(path => (Path: path, Step: StepOf(path)))
            .Where(found => found.Step >= 0)
            .OrderByDescending(found => found.Step);

    private static long StepOf(string path) =>
        long.TryParse(path[(path.LastIndexOf('-') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
