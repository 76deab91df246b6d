using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.Answering;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Runs;
using DpoSt.Text.Chat;
using DpoSt.Training;
using DpoSt.Training.Metrics;
using DpoSt.Training.Resuming;
using static TorchSharp.torch;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Sessions;

/// <summary>
/// What a training keeps while it trains, in a folder beside the model's (<c>sft-0.training</c>): resume states, metrics and a lock. The
/// model's own folder appears only when the model is done; then this one goes.
/// </summary>
internal sealed class TrainingFolder : IDisposable
{
    private const string Suffix = ".training";

    private static readonly JsonSerializerOptions Readable = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly string output;
    private readonly string folder;
    private readonly Provenance made;
    private readonly RunLock held;
    private readonly MetricsFile metrics;
    private readonly IStageReporter reporter;
    private ShownRow? firstRow;
    private readonly bool isFresh;

    private TrainingFolder(TrainingTask task, Provenance made, RunContext context)
    {
        (output, this.made, reporter, isFresh) = (task.To, made, context.Reporter, context.Fresh);
        folder = PathOf(output);
        held = RunLock.Take(LockOf(folder), task.PlaceOption);
        metrics = new MetricsFile(Path.Combine(folder, MetricsFile.Name), task.Recipe.TensorBoard ? new EventFile(folder) : null);
    }

    /// <summary>Takes the folder of a model that is to be trained; where all begins over, what an interrupted training left goes.</summary>
    /// <exception cref="UserErrorException">Another process trains there, an unknown model is there, or it cannot be written.</exception>
    public static TrainingFolder Open(TrainingTask task, Provenance made, RunContext context)
    {
        var model = task.To;
        ModelFolder.CheckMayReplace(model);
        string[] ours = [Provenance.FileName, Provenance.EarlierFileName];
        if (Directory.Exists(model) && Directory.EnumerateFiles(model).Any() && !ours.Any(name => File.Exists(Path.Combine(model, name))))
        {
            throw new UserErrorException(
                $"{model}: the model there does not say how it was trained (it has no {Provenance.FileName}), "
                + "and a new one would take its place: "
                + $"move it away, or name another {task.PlaceOption}.");
        }

        var opened = new TrainingFolder(task, made, context);
        DraftFolder.RemoveRemnants(model);
        if (context.Fresh)
        {
            RemoveAll(opened.folder);
        }

        return opened;
    }

    /// <summary>The step that a training would go on from, in words; null where it begins.</summary>
    public static string? Standing(string output, Provenance asked) =>
        ResumeStates.Newest(PathOf(output), asked.Key()) is { } step ? Invariant($"resumes after step {step}") : null;

    /// <summary>Removes the resume states of a model that is done, and drafts of it: a process that died behind its last step left them.
    /// States of another training of it stay: one mistyped option must not cost a night.</summary>
    public static void RemoveLeftovers(string output, Provenance made)
    {
        DraftFolder.RemoveRemnants(output);
        var left = PathOf(output);
        if (ResumeStates.Newest(left, made.Key()) is not null)
        {
            Remove(left);
        }
    }

    /// <summary>The folder that belongs to a model's.</summary>
    public static string PathOf(string output) => Path.TrimEndingDirectorySeparator(output) + Suffix;

    /// <summary>The model that a folder of this kind belongs to; any other folder is a model's own.</summary>
    public static string ModelOf(string name) => name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;

    /// <summary>Whether a folder is of this kind.</summary>
    public static bool IsOne(string folder) => folder.EndsWith(Suffix, StringComparison.Ordinal)
        && (File.Exists(LockOf(folder)) || ResumeStates.Newest(folder) is not null
            || Directory.EnumerateFileSystemEntries(folder).All(ContentKey.IsRecord));

    /// <summary>Whether a process trains there.</summary>
    public static bool IsHeld(string folder) => AbandonedFile.IsHeld(LockOf(folder));

    /// <summary>Removes a folder of this kind, whatever is in it.</summary>
    /// <exception cref="UserErrorException">A process trains there.</exception>
    public static void Remove(string folder)
    {
        using (RunLock.Take(LockOf(folder)))
        {
            RemoveAll(folder, keepsOthers: true);
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any(ResumeStates.IsAside))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Where the training's states are kept, so that it can go on.</summary>
    public ResumeStates ResumeStatesOf(TrainingRecipe recipe, long stepsPerEpoch, IKeepsRows? rows) =>
        new(folder, made.Key(), recipe.Resume, stepsPerEpoch, metrics, reporter.Note, rows);

    /// <summary>Appends a line of metrics, and shows it.</summary>
    public void Log(TrainingLine line)
    {
        metrics.Write(line);
        reporter.Log(line);
    }

    /// <summary>Keeps a row as the model sees it, to be looked at when the model is done.</summary>
    public void Keep(ShownRow row) => firstRow = row;

    /// <summary>Appends metrics of an evaluation.</summary>
    public void Log(long step, IReadOnlyList<KeyValuePair<string, double>> evaluated) => metrics.Write(step, evaluated);

    /// <summary>Writes the model with its metrics, and ends resume states; <paramref name="whole"/> makes buffers whole.</summary>
    public void Finish(ILanguageModel model, TrainingTask task, Func<int, Tensor>? whole)
    {
        if (!isFresh)
        {
            EarlierOutput.MakeRoom(output, made);
        }

        string[] records = [metrics.Path, .. EventFile.In(folder)];
        ModelFolder.Save(model, task.From, output, whole, [.. records.Where(File.Exists)], draft =>
        {
            ChatTemplateFiles.Write(task.From, draft, task.Prompt.OwnTemplate);
            if (firstRow is not null)
            {
                File.WriteAllText(Path.Combine(draft, MetricsFile.FirstRow), JsonSerializer.Serialize(firstRow, Readable));
            }

            made.Write(draft);
        });
        RemoveAll(folder, keepsOthers: true);
    }

    /// <summary>Lets go of the folder, and removes it where nothing in it is of use.</summary>
    public void Dispose()
    {
        held.Dispose();
        if (Directory.EnumerateFileSystemEntries(folder).All(ContentKey.IsRecord))       // of a run that cannot be resumed
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string LockOf(string folder) => Path.Combine(folder, "lock");

    // What an interrupted training of other options saved is that training's.
    private static void RemoveAll(string training, bool keepsOthers = false)
    {
        foreach (var path in Directory.GetDirectories(training).Where(path => !(keepsOthers && ResumeStates.IsAside(path))))
        {
            Directory.Delete(path, recursive: true);
        }

        foreach (var path in Directory.GetFiles(training)
            .Where(path => path != LockOf(training) && !(keepsOthers && ResumeStates.IsAside(path))))
        {
            File.Delete(path);
        }
    }
}
