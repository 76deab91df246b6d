using DpoSt.Configuration.Sections;
using DpoSt.Hub;

namespace DpoSt.Configuration;

/// <summary>Where a run reads and writes, as in the paper's repository: models below DATA_DIR, all else from the current folder.</summary>
internal sealed class RunPaths
{
    private readonly ExperimentOptions options;

    /// <summary>The places of a run for two given folders.</summary>
    /// <param name="options">The run.</param>
    /// <param name="dataFolder">What models are relative to (DATA_DIR).</param>
    /// <param name="currentFolder">What everything else is relative to.</param>
    /// <exception cref="UserErrorException">The tokenizer is to be another model's.</exception>
    public RunPaths(ExperimentOptions options, string dataFolder, string currentFolder)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        DataFolder = HomePath.Full(dataFolder, Path.GetFullPath(currentFolder));
        CurrentFolder = Path.GetFullPath(currentFolder);
        if (options.Data.TokenizerPath is { } tokenizer && Whole(tokenizer) != Whole(options.Model.ModelPath))
        {
            throw new UserErrorException(
                $"data.tokenizer_path is '{tokenizer}' but model.model_path is '{options.Model.ModelPath}': "
                + "a model's tokenizer is read from the model's folder; put its files there, and leave data.tokenizer_path out.");
        }

        string Whole(string path) => Path.TrimEndingDirectorySeparator(HubModels.Folder(path, DataFolder));
    }

    /// <summary>What models are relative to.</summary>
    public string DataFolder { get; }

    /// <summary>What data, samples and results are relative to.</summary>
    public string CurrentFolder { get; }

    /// <summary>The model that the run starts from (<c>model.model_path</c>, a folder or a name on the hub).</summary>
    public string ModelFolder => HubModels.Folder(options.Model.ModelPath, DataFolder);

    /// <summary>The model that the run writes, <c>ft_models/...</c> (<c>trainer.output_dir</c>).</summary>
    public string OutputFolder => HomePath.Full(options.Trainer.OutputDir, DataFolder);

    /// <summary>The results of the experiment: <c>results/EXPERIMENT.json</c>.</summary>
    public string ResultsFile => Path.Combine(CurrentFolder, "results", options.ExpName + ".json");

    /// <summary>What keeps a second process out of the experiment while one works in it: <c>results/EXPERIMENT.lock</c>.</summary>
    public string LockFile => Path.ChangeExtension(ResultsFile, ".lock");

    /// <summary>The samples of all runs of the experiment: <c>model_outputs/EXPERIMENT</c>.</summary>
    public string OutputsFolder => Path.Combine(CurrentFolder, "model_outputs", options.ExpName);

    /// <summary>The models of the experiment, by custom: <c>ft_models/EXPERIMENT</c>.</summary>
    public string ModelsFolder => Path.Combine(DataFolder, "ft_models", options.ExpName);

    /// <summary>The places of a run: DATA_DIR of the environment, else of <c>.env</c>, else the current folder.</summary>
    public static RunPaths Here(ExperimentOptions options)
    {
        var current = Directory.GetCurrentDirectory();
        return new RunPaths(options, FindDataFolder(current, Environment.GetEnvironmentVariable), current);
    }

    /// <summary>The samples of this run: <c>model_outputs/EXPERIMENT/RUN/SPLIT</c>.</summary>
    public string SamplesFolder(string split) => SamplesFolder(options.Trainer.RunName, split);

    /// <summary>The samples of another run of the experiment.</summary>
    public string SamplesFolder(string runName, string split) => Path.Combine(OutputsFolder, runName, split);

    /// <summary>A path of the <c>data</c> section.</summary>
    public string DataFile(string path) => HomePath.Full(path, CurrentFolder);

    /// <summary>The pool of questions whose final answers alone are known (<c>data.pool_path</c>); null where there is none.</summary>
    public string? PoolFile => options.Data.PoolPath is { } pool ? DataFile(pool) : null;

    internal static string FindDataFolder(string currentFolder, Func<string, string?> environment)
    {
        var found = DotEnv.Lookup(currentFolder, "DATA_DIR", environment);
        return string.IsNullOrEmpty(found) ? currentFolder : found;
    }
}
