using System.Globalization;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Runs;
using DpoSt.Training;
using DpoSt.Training.Metrics;
using DpoSt.Training.Resuming;
using static TorchSharp.torch;

namespace DpoSt.SelfTraining;

/// <summary>
/// What a training stage keeps while it trains, in a folder beside the model's (<c>sft-0.training</c>): checkpoints, metrics and a lock. The
/// model's own folder appears only when the model is done; then this one goes.
/// </summary>
internal sealed class TrainingFolder : IDisposable
{
    private const string Suffix = ".training";
    private const string AnewName = "fresh";

    private readonly string output;
    private readonly string folder;
    private readonly TrainingKey key;
    private readonly RunLock held;
    private readonly MetricsFile metrics;
    private readonly IStageReporter reporter;

    private TrainingFolder(string output, TrainingKey key, bool tensorBoard, IStageReporter reporter, string? option)
    {
        this.output = output;
        this.key = key;
        this.reporter = reporter;
        folder = PathOf(output);
        held = RunLock.Take(LockOf(folder), option ?? "exp_name");
        metrics = new MetricsFile(Path.Combine(folder, MetricsFile.Name), tensorBoard ? new EventFile(folder) : null);
    }

    /// <summary>
    /// Takes the folder of the model that is to be written to <paramref name="output"/>; null where that model is done already: trained with
    /// this very key.
    /// </summary>
    /// <param name="output">The model's folder.</param>
    /// <param name="key">All that the outcome depends on.</param>
    /// <param name="tensorBoard">Whether metrics are written for TensorBoard too.</param>
    /// <param name="fresh">Whether to train whatever is there, and to leave earlier checkpoints aside.</param>
    /// <param name="reporter">Is told of a model that is replaced, of a resume, and of every line.</param>
    /// <param name="option">What a person changes to write elsewhere; null is a stage's configuration.</param>
    /// <exception cref="UserErrorException">Another process trains there, or nothing can be written there.</exception>
    public static TrainingFolder? Open(string output, TrainingKey key, bool tensorBoard, bool fresh, IStageReporter reporter, string? option = null)
    {
        ModelFolder.CheckMayReplace(output);
        var done = TrainingKey.Read(output);
        if (done is null && Directory.Exists(output) && Directory.EnumerateFiles(output).Any())
        {
            throw new UserErrorException(
                $"{output}: the model there does not say how it was trained (it has no readable {TrainingKey.Name}), and a new one would take its place: move it away, or name another {option ?? "trainer.output_dir"}.");
        }

        var opened = new TrainingFolder(output, key, tensorBoard, reporter, option);
        DraftFolder.RemoveRemnants(output);
        if (fresh)
        {
            opened.RemoveAll();
            File.WriteAllText(AnewOf(opened.folder), key.Digest());
        }
        else if (done == key && !BeganAnew(opened.folder, key) && IsWhole(output, reporter))
        {
            opened.RemoveOwnCheckpoints();
            opened.Dispose();
            return null;
        }
        else if (done is not null && done != key)
        {
            reporter.Note($"{StageActions.Shown(output)} was trained {key.Difference(done)}: it is trained again and then replaced.");
        }

        return opened;
    }

    /// <summary>How far a training is: done, at some step, or null where it has yet to begin.</summary>
    public static string? Standing(string output, TrainingKey key) =>
        TrainingKey.Read(output) == key && !BeganAnew(PathOf(output), key) ? "done already"
        : ResumeStates.Newest(PathOf(output), key.Digest()) is { } step ? string.Create(CultureInfo.InvariantCulture, $"resumes after step {step}")
        : null;

    /// <summary>The folder that belongs to a model's.</summary>
    public static string PathOf(string output) => Path.TrimEndingDirectorySeparator(output) + Suffix;

    /// <summary>The model that a folder of this kind belongs to; any other folder is a model's own.</summary>
    public static string ModelOf(string name) => name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;

    /// <summary>Whether a file tells of a training and is no part of its model: metrics, or what it was trained with.</summary>
    public static bool IsRecord(string file) => MetricsFile.IsMetrics(file) || Path.GetFileName(file) == TrainingKey.Name;

    /// <summary>The checkpoints of a run over this many examples.</summary>
    public ResumeStates CheckpointsOf(TrainingRecipe recipe, long stepsPerEpoch) =>
        new(folder, key.Digest(), recipe.Resume, stepsPerEpoch, metrics, reporter.Note);

    /// <summary>Appends a line of metrics, and shows it.</summary>
    public void Log(TrainingLine line)
    {
        metrics.Write(line);
        reporter.Log(line);
    }

    /// <summary>Appends metrics of an evaluation.</summary>
    public void Log(long step, IReadOnlyList<KeyValuePair<string, double>> evaluated) => metrics.Write(step, evaluated);

    /// <summary>Writes the model with its metrics, and drops what was only kept for a resume.</summary>
    /// <param name="model">The model.</param>
    /// <param name="from">The folder whose tokenizer and configuration it keeps.</param>
    /// <param name="whole">Makes the whole of a buffer, by its number, where only shards are kept.</param>
    public void Finish(ILanguageModel model, string from, Func<int, Tensor>? whole)
    {
        ModelFolder.Save(model, from, output, whole, [metrics.Path, key.Write(folder), .. EventFile.In(folder)]);
        RemoveAll();
    }

    /// <summary>Lets go of the folder, and removes it where nothing in it is of use.</summary>
    public void Dispose()
    {
        held.Dispose();
        if (Directory.EnumerateFileSystemEntries(folder).All(path => IsRecord(path) || path == AnewOf(folder)))       // of a run that cannot be resumed
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What a key says nothing about: a disk that lost something, or somebody who removed it.
    private static bool IsWhole(string output, IStageReporter reporter)
    {
        try
        {
            HubCheckpoint.Open(output).Dispose();
            return true;
        }
        catch (UserErrorException e)
        {
            reporter.Note($"{StageActions.Shown(output)} is damaged ({e.Message.TrimEnd('.')}): it is trained again and then replaced.");
            return false;
        }
    }

    // Says of an interrupted training that it was begun over, and of which: the model that is done already does not end it.
    private static string AnewOf(string folder) => Path.Combine(folder, AnewName);

    private static bool BeganAnew(string folder, TrainingKey key) => File.Exists(AnewOf(folder)) && File.ReadAllText(AnewOf(folder)) == key.Digest();

    private static string LockOf(string folder) => Path.Combine(folder, "lock");

    // A process that died between the model and the end of its folder left them; those of another key may still be wanted.
    private void RemoveOwnCheckpoints()
    {
        if (ResumeStates.Newest(folder, key.Digest()) is not null)
        {
            RemoveAll();
        }
    }

    private void RemoveAll()
    {
        foreach (var path in Directory.GetDirectories(folder))
        {
            Directory.Delete(path, recursive: true);
        }

        foreach (var path in Directory.GetFiles(folder).Where(path => path != LockOf(folder)))
        {
            File.Delete(path);
        }
    }
}
