using System.Text.RegularExpressions;

namespace DpoSt.Hub;

/// <summary>What a download will bring, once it is known.</summary>
/// <param name="Commit">The commit that the revision stands for.</param>
/// <param name="Files">How many files dpost reads.</param>
/// <param name="Bytes">Their size together, as the hub lists it.</param>
/// <param name="Missing">Bytes of it that are not in the cache yet.</param>
internal sealed record HubPlan(string Commit, int Files, long Bytes, long Missing);

/// <summary>Who watches a download.</summary>
/// <param name="Begin">Called once, when the files are known.</param>
/// <param name="Advance">Called with the number of bytes that have come in this run.</param>
/// <param name="Notice">Called with a sentence where something failed and is tried again.</param>
internal sealed record HubWatcher(Action<HubPlan> Begin, Action<long> Advance, Action<string> Notice);

/// <summary>Downloads from a hub in Hugging Face's scheme: only what dpost reads, resumed where it stopped, every file checked.</summary>
internal static partial class HubDownload
{
    private const long MaxIndex = 100_000_000;
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    /// <summary>Brings a model's files into the cache, or into a folder of one's own too.</summary>
    /// <param name="repo"><c>organisation/name</c>.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="localFolder">Where copies are put; null leaves the files in the cache alone.</param>
    /// <param name="options">The hub.</param>
    /// <param name="watcher">Told what happens.</param>
    /// <param name="cancel">Ends it; what has come is kept and continued by the next run.</param>
    /// <returns>The folder that holds the model.</returns>
    /// <exception cref="UserErrorException">The name is wrong, the model closed or without safetensors, or server or disk fail.</exception>
    public static async Task<string> Run(
        string repo, string revision, string? localFolder, HubOptions options, HubWatcher watcher, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(watcher);
        CheckNames(repo, revision);
        var cache = new HubCache(options.Cache, repo);
        var whole = cache.Whole(revision);
        if (options.Offline && whole is null)
        {
            throw new UserErrorException(
                $"HF_HUB_OFFLINE is set, and {options.Cache} holds no whole {repo} at revision '{revision}': unset it, "
                + "or copy the cache from where the model was downloaded.");
        }

        try
        {
            return await Run(cache, repo, revision, localFolder, options, watcher, whole, cancel).ConfigureAwait(false);
        }
        catch (TransientHubException e)
        {
            throw new UserErrorException(
                $"{repo} could not be downloaded: {e.Message}, and {options.Attempts} attempts were no better; what has come is kept: "
                + "run the same command again later.",
                e);
        }
    }

    private static async Task<string> Run(
        HubCache cache, string repo, string revision, string? localFolder, HubOptions options, HubWatcher watcher, string? whole,
        CancellationToken cancel)
    {
        if (await List(repo, revision, options, watcher, whole, cancel).ConfigureAwait(false) is not { } listing)
        {
            return localFolder is null ? whole! : Copy(whole!, CheckpointFiles.In(whole!), Path.GetFullPath(localFolder));
        }

        using var client = new HubClient(options, repo, revision);
        var download = new FileDownload(client, Retries.Build(options, watcher.Notice), options);
        var files = await Files().ConfigureAwait(false);
        var missing = files.Sum(file => file.Size - cache.Kept(file));
        watcher.Begin(new HubPlan(listing.Commit, files.Count, files.Sum(file => file.Size), missing));
        var done = 0L;
        foreach (var file in files)
        {
            var before = done - cache.Kept(file);
            await Fetch(file, there => watcher.Advance(done = Math.Max(done, before + there))).ConfigureAwait(false);
        }

        cache.Remember(revision, listing.Commit);
        return localFolder is null
            ? cache.Snapshot(listing.Commit)
            : Copy(cache.Snapshot(listing.Commit), files.Select(file => file.Name), Path.GetFullPath(localFolder));

        async Task<IReadOnlyList<HubFile>> Files()
        {
            var companions = CheckpointFiles.Companions.Where(listing.Files.ContainsKey).Select(name => listing.Files[name]);
            if (CheckpointFiles.IsAdapter(listing.Files.ContainsKey))
            {
                return listing.Files.TryGetValue(CheckpointFiles.AdapterWeights, out var adapter)
                    ? [.. companions, listing.Files[CheckpointFiles.Adapter], adapter]
                    : throw new UserErrorException(
                        $"{repo} holds {CheckpointFiles.Adapter} but no {CheckpointFiles.AdapterWeights}: dpost reads only safetensors.");
            }

            if (!listing.Files.ContainsKey(CheckpointFiles.Config))
            {
                throw new UserErrorException($"{repo} holds no {CheckpointFiles.Config}: point to a Hugging Face checkpoint.");
            }

            if (listing.Files.TryGetValue(CheckpointFiles.Weights, out var single))
            {
                return [.. companions, single];
            }

            if (!listing.Files.TryGetValue(CheckpointFiles.Index, out var index))
            {
                throw CheckpointFiles.NoWeights(repo, listing.Files.Keys);
            }

            if (index.Size > MaxIndex)
            {
                throw new UserErrorException(
                    $"{repo} lists {index.Name} with {index.Size} bytes, which is not an index of a model: choose another model.");
            }

            await Fetch(index, _ => { }).ConfigureAwait(false);
            var shards = CheckpointFiles.Shards(
                await File.ReadAllBytesAsync(Path.Combine(cache.Snapshot(listing.Commit), index.Name), cancel).ConfigureAwait(false),
                $"{repo}/{index.Name}");
            return [.. companions, index, .. shards.Select(name => listing.Files.GetValueOrDefault(name)
                ?? throw new UserErrorException(
                    $"{repo}/{index.Name} names '{name}', which the repository does not hold: choose another model or revision."))];
        }

        async Task Fetch(HubFile file, Action<long> received)
        {
            if (cache.Has(listing.Commit, file))
            {
                return;
            }

            using var held = cache.Lock(file);
            if (!cache.HasBlob(file))
            {
                await download.Run(
                    file, client.Address(listing.Commit, file.Name), cache.Partial(file), cache.Blob(file), received, cancel)
                    .ConfigureAwait(false);
            }

            cache.Link(listing.Commit, file);
        }
    }

    // Null where the hub is away, or not to be asked, and what is in the cache does: one short attempt, for it may be away for long.
    private static async Task<HubListing?> List(
        string repo, string revision, HubOptions options, HubWatcher watcher, string? whole, CancellationToken cancel)
    {
        if (options.Offline)
        {
            return null;
        }

        var patience = whole is null ? options : options with { Attempts = 1, Stall = options.Stall < Short ? options.Stall : Short };
        using var client = new HubClient(patience, repo, revision);
        try
        {
            return await Retries.Build(patience, watcher.Notice)
                .ExecuteAsync(async token => await client.List(token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        catch (TransientHubException e) when (whole is not null)
        {
            watcher.Notice($"{e.Message}: {repo} is taken as the cache has it");
            return null;
        }
    }

    private static string Copy(string snapshot, IEnumerable<string> files, string folder)
    {
        foreach (var file in files)
        {
            HubCache.CopyTo(Path.Combine(snapshot, file), Path.Combine(folder, file));
        }

        return folder;
    }

    // Both become parts of paths and of an address.
    internal static void CheckNames(string repo, string revision)
    {
        if (!HubModels.IsRepository(repo))
        {
            throw new UserErrorException(
                $"'{Shown.Text(repo)}' is not a repository's name; expected ORGANISATION/NAME, such as google/flan-t5-base.");
        }

        if (!RevisionName().IsMatch(revision) || revision.Contains("..", StringComparison.Ordinal))
        {
            throw new UserErrorException(
                $"'{Shown.Text(revision)}' is not a revision; expected a branch, a tag or a commit, such as main.");
        }
    }

    [GeneratedRegex(@"^\w[\w.+-]*(/\w[\w.+-]*)*\z", RegexOptions.ECMAScript, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RevisionName();
}
