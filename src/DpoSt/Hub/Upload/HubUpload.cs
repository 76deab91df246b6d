using System.Text.Json;

namespace DpoSt.Hub.Upload;

/// <summary>Brings a folder's model or adapter into a repository of a hub, as one commit: what is there already is not sent again, and what
/// is there afterwards is compared with what was to be.</summary>
internal static class HubUpload
{
    private const int Sample = 512;
    private const int FilesARequest = 200;
    private const long MaxRegular = 64 << 20;

    /// <summary>Uploads; gives the repository's page.</summary>
    /// <param name="folder">The model's, or the adapter's.</param>
    /// <param name="repo"><c>organisation/name</c>; it is created where it is not there.</param>
    /// <param name="card">Makes the description where neither folder nor repository has one.</param>
    /// <param name="isPublic">Whether everybody may see a repository that is created.</param>
    /// <param name="options">The hub.</param>
    /// <param name="watcher">Told what happens.</param>
    /// <param name="cancel">Ends it; large files that are sent are not sent again by the next run.</param>
    /// <exception cref="UserErrorException">The folder, the name or the token will not do, or the hub refuses.</exception>
    public static async Task<Uri> Run(
        string folder, string repo, Func<string> card, bool isPublic, HubOptions options, UploadWatcher watcher, CancellationToken cancel)
    {
        Check(repo, options);
        var (names, left) = UploadFolder.Of(folder);
        if (left.Count > 0)
        {
            watcher.Notice($"not part of the model and not sent: {string.Join(", ", left.Select(Shown.Text))}");
        }

        var files = await Read(folder, names, watcher, cancel).ConfigureAwait(false);
        try
        {
            return await Run(files, repo, card, isPublic, options, watcher, cancel).ConfigureAwait(false);
        }
        catch (TransientHubException e)
        {
            throw new UserErrorException(
                $"{repo} could not be uploaded: {e.Message}, and {options.Attempts} attempts were no better; run the same command again "
                + "later: what is sent is not sent again.",
                e);
        }
    }

    private static void Check(string repo, HubOptions options)
    {
        HubDownload.CheckNames(repo, HubModels.Main);
        if (!HubModels.IsName(repo))
        {
            throw new UserErrorException($"'{repo}' has no owner; expected ORGANISATION/NAME, where the first may be your account's name.");
        }

        if (options.Offline)
        {
            throw new UserErrorException("HF_HUB_OFFLINE is set, so nothing can be uploaded: unset it.");
        }

        if (options.Token is null)
        {
            throw new UserErrorException(
                $"{options.Endpoint.Authority} takes nothing from nobody unknown: set HF_TOKEN to a token with the right to write.");
        }
    }

    private static async Task<List<UploadFile>> Read(
        string folder, IReadOnlyList<string> names, UploadWatcher watcher, CancellationToken cancel)
    {
        watcher.Begin(
            $"checksums of {Counted.Of(names.Count, "file")}", names.Sum(name => new FileInfo(Path.Combine(folder, name)).Length));
        var (files, done) = (new List<UploadFile>(), 0L);
        foreach (var name in names)
        {
            files.Add(await UploadFile.Of(name, Path.Combine(folder, name), read => watcher.Advance(done += read), cancel)
                .ConfigureAwait(false));
        }

        return files;
    }

    private static async Task<Uri> Run(
        List<UploadFile> files, string repo, Func<string> card, bool isPublic, HubOptions options, UploadWatcher watcher,
        CancellationToken cancel)
    {
        using var client = new UploadClient(options, repo);
        using var reader = new HubClient(options, repo, HubModels.Main);
        var retries = Retries.Build(options, watcher.Notice);
        var listing = await Begin().ConfigureAwait(false);
        if (!files.Exists(file => file.Name == UploadFolder.Card))
        {
            if (!listing.Files.ContainsKey(UploadFolder.Card))
            {
                files.Add(await UploadFile.OfText(UploadFolder.Card, card(), cancel).ConfigureAwait(false));
            }
            else
            {
                watcher.Notice($"{repo} has a {UploadFolder.Card}, and the folder has none: the repository's is kept");
            }
        }

        var missing = files.FindAll(file => !file.IsIn(listing));
        var sent = files.Sum(file => file.Size) - missing.Sum(file => file.Size);
        watcher.Begin(
            $"{repo}: {Counted.Of(files.Count, "file")}, {Counted.Of(missing.Count, "file")} of it to send", files.Sum(file => file.Size));
        watcher.Advance(sent);
        if (missing.Count > 0)
        {
            var large = await Large(missing).ConfigureAwait(false);
            foreach (var file in missing.FindAll(file => large.Contains(file.Name)))
            {
                await Try(token => Send(file, token)).ConfigureAwait(false);
                watcher.Advance(sent += file.Size);
            }

            var lines = await Lines(missing, large, cancel).ConfigureAwait(false);
            await Try(token => client.Commit(lines, token)).ConfigureAwait(false);
            watcher.Advance(files.Sum(file => file.Size));
            listing = await Try(reader.List).ConfigureAwait(false);
        }

        return files.Find(file => !file.IsIn(listing)) is not { } wrong ? client.Page : throw new UserErrorException(
            $"{client.Host} does not list {wrong.Name} as it was sent to {repo}: run the same command again, and look at the repository.");

        async Task<T> Try<T>(Func<CancellationToken, Task<T>> step) =>
            await retries.ExecuteAsync(async token => await step(token).ConfigureAwait(false), cancel).ConfigureAwait(false);

        // A token for one repository may not create any: what counts is whether it is there.
        async Task<HubListing> Begin()
        {
            var (isNew, denied) = await Try(token => client.Create(isPublic, token)).ConfigureAwait(false);
            if (!isNew && denied is null)
            {
                watcher.Notice($"{repo} is there already: who may see it stays as it is");
            }

            try
            {
                return await Try(reader.List).ConfigureAwait(false);
            }
            catch (UserErrorException) when (denied is not null)
            {
                throw denied;
            }
        }

        // The names of the files that go by Git LFS; the hub decides.
        async Task<HashSet<string>> Large(List<UploadFile> all)
        {
            var large = new HashSet<string>(StringComparer.Ordinal);
            foreach (var some in all.Chunk(FilesARequest))
            {
                var asked = new List<object>();
                foreach (var file in some)
                {
                    var sample = Convert.ToBase64String(await Begins(file, cancel).ConfigureAwait(false));
                    asked.Add(new { path = file.Name, size = file.Size, sample });
                }

                large.UnionWith(Modes(await Try(token => client.Preupload(asked, token)).ConfigureAwait(false), some, client.Host));
            }

            return large;
        }

        async Task<bool> Send(UploadFile file, CancellationToken token)
        {
            // Addresses that are signed grow old: each attempt asks for new ones.
            var (upload, verify) = LfsAction.Parse(
                await client.Batch(file, token).ConfigureAwait(false), file, options.Endpoint, repo);
            if (upload is not null)
            {
                await client.Put(file, upload, gone => watcher.Advance(sent + gone), token).ConfigureAwait(false);
            }

            if (verify is not null)
            {
                await client.Verify(file, verify, token).ConfigureAwait(false);
            }

            return true;
        }
    }

    private static async Task<byte[]> Begins(UploadFile file, CancellationToken cancel)
    {
        var stream = file.Open();
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[Sample];
            return buffer[..await stream.ReadAtLeastAsync(buffer, Sample, throwOnEndOfStream: false, cancel).ConfigureAwait(false)];
        }
    }

    private static List<string> Modes(byte[] answer, IReadOnlyList<UploadFile> files, string host)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var modes = document.RootElement.GetProperty("files").EnumerateArray().ToDictionary(
                file => file.GetProperty("path").GetString()!, file => (Mode: file.GetProperty("uploadMode").GetString(),
                    IsIgnored: file.TryGetProperty("shouldIgnore", out var ignored) && ignored.ValueKind == JsonValueKind.True),
                StringComparer.Ordinal);
            foreach (var file in files)
            {
                var (mode, isIgnored) = modes[file.Name];
                if (isIgnored || mode is not ("lfs" or "regular") || mode == "regular" && file.Size > MaxRegular)
                {
                    throw new UserErrorException(isIgnored
                        ? $"the repository's .gitignore leaves {file.Name} out: take it from there."
                        : $"{host} wants {file.Name} of {file.Size} bytes sent as '{Shown.Text(mode ?? "")}', which dpost does not do.");
                }
            }

            return [.. files.Select(file => file.Name).Where(name => modes[name].Mode == "lfs")];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new UserErrorException(
                $"{host} does not say how files are to be sent: check HF_ENDPOINT, and whether a proxy or a login page stands in between.",
                e);
        }
    }

    private static async Task<List<object>> Lines(List<UploadFile> files, HashSet<string> large, CancellationToken cancel)
    {
        var lines = new List<object> { new { key = "header", value = new { summary = "Upload with dpost", description = "" } } };
        foreach (var file in files)
        {
            lines.Add(large.Contains(file.Name)
                ? new { key = "lfsFile", value = new { path = file.Name, algo = "sha256", oid = file.Sha256, size = file.Size } }
                : new
                {
                    key = "file",
                    value = new { path = file.Name, encoding = "base64", content = await Content(file).ConfigureAwait(false) },
                });
        }

        return lines;

        async Task<string> Content(UploadFile file)
        {
            using var all = new MemoryStream();
            await new UploadContent(file, _ => { }).CopyToAsync(all, cancel).ConfigureAwait(false);
            return Convert.ToBase64String(all.GetBuffer(), 0, (int)all.Length);
        }
    }
}
