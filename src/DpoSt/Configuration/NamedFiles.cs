using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;
using DpoSt.Configuration.Yaml;
using DpoSt.Hub;

namespace DpoSt.Configuration;

/// <summary>The files and folders that a configuration names.</summary>
internal static class NamedFiles
{
    /// <summary>Those that are absent, as the configuration writes them and each once.</summary>
    /// <param name="config">The configuration: what it does not say is not looked for.</param>
    /// <param name="paths">Where models and data are.</param>
    public static IReadOnlyList<string> Missing(ComposedConfig config, RunPaths paths)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(paths);
        (string Section, string Key, string Folder, string Extension)[] keys =
        [
            ("model", "model_path", paths.DataFolder, ""),
            ("data", "data_path", paths.CurrentFolder, ""),
            ("data", "data_dir", paths.CurrentFolder, ""),
            ("data", "train_data_path", paths.CurrentFolder, ""),
            ("data", "dev_data_path", paths.CurrentFolder, ""),
            ("data", "test_data_path", paths.CurrentFolder, ""),
            ("data", "pool_path", paths.CurrentFolder, ""),
            ("data", "ood_data_path", paths.CurrentFolder, ""),
            ("loop", "sft", Path.GetDirectoryName(Path.GetFullPath(config.File))!, ".yaml"),
            ("loop", "dpo", Path.GetDirectoryName(Path.GetFullPath(config.File))!, ".yaml"),
        ];

        // The whole loop reads its own sets; what a stage alone would read may be there all the same, from a file it builds on.
        var isLoop = config.Root.Entries.ContainsKey("loop");
        return [.. keys
            .Where(k => !isLoop || k.Key is not ("data_path" or "data_dir" or "dev_data_path"))
            .Select(k => (k.Key, Name: Value(config.Root, k.Section, k.Key) is { } name ? name + k.Extension : null, k.Folder))
            .Where(k => k.Name is not null && !k.Name.StartsWith("hub:", StringComparison.Ordinal))
            .Where(k => !FileSet.Exists(k.Key == "model_path" ? HubModels.Folder(k.Name!, k.Folder) : HomePath.Full(k.Name!, k.Folder)))
            .Select(k => k.Name!)
            .Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Which of the absent files the command reads that a configuration is of.</summary>
    /// <param name="missing">The absent files.</param>
    /// <param name="options">The configuration.</param>
    /// <param name="isLoop">Whether it is a whole run, which reads all of them.</param>
    /// <returns>Those that it reads, the others, and what it is.</returns>
    public static (IReadOnlyList<string> Needed, IReadOnlyList<string> Others, string By) Needed(
        IReadOnlyList<string> missing, ExperimentOptions options, bool isLoop)
    {
        ArgumentNullException.ThrowIfNull(missing);
        ArgumentNullException.ThrowIfNull(options);
        var (data, model, isDpo) = (options.Data, options.Model.ModelPath, options.Model.SftRunName is not null);
        var evaluated = options.Trainer.EvalStrategy == IntervalStrategy.No ? null : data.DevDataPath;
        // A split is for the commands that ask and judge questions: they read the run's model, which is no named file.
        var (read, by) = isLoop ? (missing, "dpost run")
            : data.Split is { } split ? (Of(split), "dpost generate and eval-greedy")
            : isDpo ? (Some(model, data.DataDir), "dpost dpo")
            : (Some(model, data.DataPath, evaluated), "dpost sft");
        return ([.. missing.Where(Reads)], [.. missing.Where(name => !Reads(name))], by);

        bool Reads(string name) => read.Contains(name, StringComparer.Ordinal);

        IReadOnlyList<string> Of(string split) => split switch
        {
            "train" => Some(model, data.TrainDataPath, data.PoolPath),
            "dev" => Some(model, data.DevDataPath),
            _ => Some(model, data.TestDataPath),
        };

        static IReadOnlyList<string> Some(params string?[] names) => [.. names.OfType<string>()];
    }

    private static string? Value(ConfigMap root, string section, string key) =>
        (root.Entries.GetValueOrDefault(section) as ConfigMap)?.Entries.GetValueOrDefault(key) is ConfigScalar { Value: not null } scalar
            ? scalar.Text : null;
}
