namespace DpoSt.Hub.Upload;

/// <summary>What of a folder belongs to its model or adapter, and goes to a hub.</summary>
internal static class UploadFolder
{
    /// <summary>The description that a hub shows.</summary>
    public const string Card = "README.md";

    // What a training leaves beside its model; nobody expects that on a hub.
    private static readonly string[] Records = ["provenance.json", "training.json", "metrics.jsonl", "first-row.json"];

    /// <summary>The names of the files, and of others that stay behind, in order.</summary>
    /// <exception cref="UserErrorException">The folder holds neither a model nor an adapter, or only a part of one.</exception>
    public static (IReadOnlyList<string> Files, IReadOnlyList<string> Left) Of(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException($"{folder}: there is no such folder; expected that of a model or an adapter.");
        }

        string[] all =
            [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        var files = new SortedSet<string>(Known(folder, all), StringComparer.Ordinal);
        return ([.. files], [.. all.Where(name => !files.Contains(name) && name[0] != '.' && !Records.Contains(name))]);
    }

    private static IEnumerable<string> Known(string folder, string[] all)
    {
        if (CheckpointFiles.IsAdapter(name => all.Contains(name)))
        {
            return all.Contains(CheckpointFiles.AdapterWeights)
                ? [CheckpointFiles.Adapter, CheckpointFiles.AdapterWeights, .. CheckpointFiles.Companions.Where(all.Contains)]
                : throw new UserErrorException(
                    $"{folder} holds {CheckpointFiles.Adapter} but no {CheckpointFiles.AdapterWeights}: the adapter is not whole.");
        }

        if (!Array.Exists(CheckpointFiles.WeightFiles, all.Contains))
        {
            throw CheckpointFiles.NoWeights(folder, all);
        }

        string[] files = [.. CheckpointFiles.In(folder)];
        var missing = (all.Contains(CheckpointFiles.Weights) ? []
            : CheckpointFiles.Shards(WholeFile.ReadBytes(Path.Combine(folder, CheckpointFiles.Index)), folder))
            .Append(CheckpointFiles.Config).FirstOrDefault(name => !files.Contains(name));
        return missing is null ? files : throw new UserErrorException($"{folder} holds no {missing}: the model is not whole.");
    }
}
