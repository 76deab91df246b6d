using DpoSt.Models;
using DpoSt.Training;

namespace DpoSt.SelfTraining;

/// <summary>
/// What a training stage keeps while it trains, in a folder beside the model's (<c>sft-0.training</c>): checkpoints, metrics and a lock. The
/// model's own folder appears only when the model is done; then this one goes.
/// </summary>
internal sealed class TrainingFolder : IDisposable
{
    /// <summary>Changes when checkpoints are laid out in another way.</summary>
    private const int Layout = 1;

    private readonly string output;
    private readonly string folder;
    private readonly string key;
    private readonly RunLock held;
    private readonly MetricsFile metrics;
    private readonly IStageReporter reporter;

    private TrainingFolder(string output, string key, bool tensorBoard, IStageReporter reporter)
    {
        this.output = output;
        this.key = key;
        this.reporter = reporter;
        folder = PathOf(output);
        held = RunLock.Take(LockOf(folder));
        metrics = new MetricsFile(Path.Combine(folder, MetricsFile.Name), tensorBoard ? new EventFile(folder) : null);
    }

    /// <summary>Takes the folder of the model that is to be written to <paramref name="output"/>.</summary>
    /// <param name="output">The model's folder.</param>
    /// <param name="from">The folder of the first model.</param>
    /// <param name="data">The file of rows or pairs.</param>
    /// <param name="options">All else that the outcome depends on.</param>
    /// <param name="tensorBoard">Whether metrics are written for TensorBoard too.</param>
    /// <param name="fresh">Whether to leave earlier checkpoints aside.</param>
    /// <param name="reporter">Is told of a resume, and of every line.</param>
    /// <exception cref="UserErrorException">Another process trains there, or nothing can be written there.</exception>
    public static TrainingFolder Open(string output, string from, string data, object options, bool tensorBoard, bool fresh, IStageReporter reporter)
    {
        var opened = new TrainingFolder(output, ContentKey.Of(new { Layout, options }, [ContentKey.OfPath(from), ContentKey.OfPath(data)]), tensorBoard, reporter);
        if (fresh)
        {
            opened.RemoveAll();
        }

        return opened;
    }

    /// <summary>The folder that belongs to a model's.</summary>
    public static string PathOf(string output) => Path.TrimEndingDirectorySeparator(output) + ".training";

    /// <summary>The checkpoints of a run over this many examples.</summary>
    public Checkpoints CheckpointsOf(TrainingRecipe recipe, long stepsPerEpoch) =>
        new(folder, key, recipe.Checkpoints, stepsPerEpoch, metrics, reporter.Note);

    /// <summary>Appends a line of metrics, and shows it.</summary>
    public void Log(TrainingLine line)
    {
        metrics.Write(line);
        reporter.Log(line);
    }

    /// <summary>Appends metrics of an evaluation.</summary>
    public void Log(long step, IReadOnlyList<KeyValuePair<string, double>> evaluated) => metrics.Write(step, evaluated);

    /// <summary>Writes the model with its metrics, and drops what was only kept for a resume.</summary>
    public void Finish(ILanguageModel model, string from)
    {
        ModelFolder.Save(model, from, output, [metrics.Path, .. EventFile.In(folder)]);
        RemoveAll();
    }

    /// <summary>Lets go of the folder, and removes it where nothing in it is of use.</summary>
    public void Dispose()
    {
        held.Dispose();
        if (Directory.EnumerateFileSystemEntries(folder).All(MetricsFile.IsMetrics))       // of a run that cannot be resumed
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string LockOf(string folder) => Path.Combine(folder, "lock");

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
