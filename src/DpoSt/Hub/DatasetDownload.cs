namespace DpoSt.Hub;

/// <summary>Brings files of a data set into the cache that Hugging Face's tools share: resumed, checked, as a model's are.</summary>
internal static class DatasetDownload
{
    private const string Kind = "datasets";
    private static readonly string[] Companions = ["README.md", "LICENSE"];

    /// <summary>The file of rows that a name stands for, or the pattern of its files (<see cref="FileSet"/>); what is in the cache already
    /// is not asked for.</summary>
    /// <exception cref="UserErrorException">There is no such data, or server or disk fail.</exception>
    public static async Task<string> File(DatasetName name, HubOptions options, HubWatcher watcher, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(options);
        HubDownload.CheckNames(name.Repo, name.Revision);      // before they are parts of a path
        var cache = new HubCache(options.Cache, name.Repo, Kind);
        if (cache.Known(name.Revision) is { } commit && Cached(cache.Snapshot(commit), name) is { } there)
        {
            return there;
        }

        IReadOnlyList<string> chosen = [];
        var place = await Run(name.Repo, name.Revision, files => chosen = name.Choose(files), null, options, watcher, cancel)
            .ConfigureAwait(false);
        return Path.Combine(place, DatasetName.PathOf(chosen));
    }

    /// <summary>All files of rows of a data set, and its description; gives the folder that holds them.</summary>
    /// <param name="repo"><c>organisation/name</c>.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="localFolder">Where copies are put; null leaves the files in the cache alone.</param>
    /// <param name="options">The hub.</param>
    /// <param name="watcher">Told what happens.</param>
    /// <param name="cancel">Ends it; what has come is kept and continued by the next run.</param>
    /// <exception cref="UserErrorException">The name is wrong, the data closed or none dpost reads, or server or disk fail.</exception>
    public static Task<string> All(
        string repo, string revision, string? localFolder, HubOptions options, HubWatcher watcher, CancellationToken cancel) =>
        Run(repo, revision, files =>
        {
            string[] data = [.. files.Where(DatasetName.IsData)];
            return data.Length > 0 ? [.. Companions.Where(files.Contains), .. data] : throw new UserErrorException(
                $"{repo} holds no file of rows that dpost reads: parquet, JSON lines, JSON, CSV or TSV.");
        }, localFolder, options, watcher, cancel);

    private static async Task<string> Run(
        string repo, string revision, Func<IReadOnlyCollection<string>, IReadOnlyList<string>> choose, string? localFolder,
        HubOptions options, HubWatcher watcher, CancellationToken cancel)
    {
        HubDownload.CheckNames(repo, revision);
        if (options.Offline)
        {
            throw new UserErrorException(
                $"HF_HUB_OFFLINE is set, and {options.Cache} does not hold what is wanted of {repo} at revision '{revision}': unset it, "
                + "or copy "
                + "the cache from where it was downloaded.");
        }

        try
        {
            var cache = new HubCache(options.Cache, repo, Kind);
            using var client = new HubClient(options, repo, revision, Kind);
            var retries = Retries.Build(options, watcher.Notice);
            var download = new FileDownload(client, retries, options);
            var listing = await retries.ExecuteAsync(async token => await client.List(token).ConfigureAwait(false), cancel)
                .ConfigureAwait(false);
            List<HubFile> files = [.. choose([.. listing.Files.Keys]).Select(name => listing.Files[name])];
            watcher.Begin(new HubPlan(
                listing.Commit, files.Count, files.Sum(file => file.Size), files.Sum(file => file.Size - cache.Kept(file))));
            var done = 0L;
            foreach (var file in files.Where(file => !cache.Has(listing.Commit, file)))
            {
                using var held = cache.Lock(file);
                var before = done - cache.Kept(file);
                if (!cache.HasBlob(file))
                {
                    await download.Run(
                        file, client.Address(listing.Commit, file.Name), cache.Partial(file), cache.Blob(file),
                        there => watcher.Advance(done = Math.Max(done, before + there)), cancel).ConfigureAwait(false);
                }

                cache.Link(listing.Commit, file);
            }

            cache.Remember(revision, listing.Commit);
            var snapshot = cache.Snapshot(listing.Commit);
            foreach (var file in localFolder is null ? [] : files)
            {
                HubCache.CopyTo(Path.Combine(snapshot, file.Name), Path.Combine(Path.GetFullPath(localFolder!), file.Name));
            }

            return localFolder is null ? snapshot : Path.GetFullPath(localFolder);
        }
        catch (TransientHubException e)
        {
            throw new UserErrorException(
                $"{repo} could not be downloaded: {e.Message}, and {options.Attempts} attempts were no better; what has come is kept: "
                + "run the same command again later.",
                e);
        }
    }

    // Null where the snapshot has not the file, or not all that other tools would have brought.
    private static string? Cached(string snapshot, DatasetName name)
    {
        try
        {
            var names = Directory.EnumerateFiles(snapshot, "*", SearchOption.AllDirectories)
                .Where(System.IO.File.Exists)                  // a link may lead nowhere
                .Select(file => Path.GetRelativePath(snapshot, file).Replace('\\', '/'));
            var chosen = name.Choose(names);
            return name.AreSurely(chosen) ? Path.Combine(snapshot, DatasetName.PathOf(chosen)) : null;
        }
        catch (Exception e) when (e is UserErrorException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
