namespace DpoSt.Hub;

/// <summary>A repository's folder in the cache that Hugging Face's tools share (https://huggingface.co/docs/hub/local-cache): contents in
/// <c>blobs/</c> by checksum, commits in <c>snapshots/</c> as links to them, branches and tags in <c>refs/</c>.</summary>
internal sealed class HubCache(string cache, string repo, string kind = "models")
{
    private const string Incomplete = ".incomplete";
    private readonly string name = $"{kind}--{repo.Replace("/", "--", StringComparison.Ordinal)}";

    /// <summary>Where a file's content is once it is whole.</summary>
    public string Blob(HubFile file) => Path.Combine(cache, name, "blobs", file.Hash);

    /// <summary>Where a file's content grows.</summary>
    public string Partial(HubFile file) => Blob(file) + Incomplete;

    /// <summary>A commit's folder.</summary>
    public string Snapshot(string commit) => Path.Combine(cache, name, "snapshots", commit);

    /// <summary>Whether a commit's file is there and whole; only whole files ever get their final names.</summary>
    public bool Has(string commit, HubFile file) => HasLength(Path.Combine(Snapshot(commit), file.Name), file.Size);

    /// <summary>The folder of a revision's commit where its configuration and all its weights are there, a model's or an adapter's; null
    /// where they are not.</summary>
    public string? Whole(string revision)
    {
        try
        {
            var known = Path.Combine(cache, name, "refs", revision);
            var commit = File.Exists(known) ? WholeFile.ReadText(known).Trim() : revision;
            if (commit.Length != 40 || !commit.All(char.IsAsciiHexDigit))
            {
                return null;
            }

            var snapshot = Snapshot(commit);
            var index = Path.Combine(snapshot, CheckpointFiles.Index);
            if (CheckpointFiles.IsAdapter(file => IsThere(snapshot, file)))
            {
                return IsThere(snapshot, CheckpointFiles.AdapterWeights) ? snapshot : null;
            }

            return IsThere(snapshot, CheckpointFiles.Config)
                && (IsThere(snapshot, CheckpointFiles.Weights) || (IsThere(snapshot, CheckpointFiles.Index)
                    && CheckpointFiles.Shards(WholeFile.ReadBytes(index), index).All(shard => IsThere(snapshot, shard)))) ? snapshot : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UserErrorException)
        {
            return null;
        }
    }

    /// <summary>The lock that who downloads a content holds, by the content's place while it grows; null where a file is none.</summary>
    public static string? LockOfPartial(string path)
    {
        var blobs = Path.GetDirectoryName(Path.GetFullPath(path));
        return path.EndsWith(Incomplete, StringComparison.Ordinal) && Path.GetFileName(blobs) == "blobs"
            && Path.GetDirectoryName(blobs) is { } repository && Path.GetDirectoryName(repository) is { } all
            ? Path.Combine(all, ".locks", Path.GetFileName(repository), Path.GetFileNameWithoutExtension(path) + ".lock")
            : null;
    }

    /// <summary>Whether a content is there, from this commit or another.</summary>
    public bool HasBlob(HubFile file) => HasLength(Blob(file), file.Size);

    /// <summary>Bytes of a content that need not come again.</summary>
    public long Kept(HubFile file)
    {
        var info = new FileInfo(HasBlob(file) ? Blob(file) : Partial(file));
        return info.Exists && info.Length <= file.Size ? info.Length : 0;
    }

    /// <summary>Keeps other programs from the content while it grows: the lock that huggingface_hub takes too (flock, on Unix).</summary>
    /// <exception cref="UserErrorException">Another program has it, or the cache cannot be written.</exception>
    public IDisposable Lock(HubFile file)
    {
        var path = Path.Combine(cache, ".locks", name, file.Hash + ".lock");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(Path.GetDirectoryName(Blob(file))!);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{path} cannot be taken ({FileProblem.Of(path, e)}): another program downloads {file.Name} now, "
                + "or HF_HOME is not writable; wait or choose another place, then run again.",
                e);
        }
    }

    /// <summary>Shows a content in a commit's folder under the file's name: a relative link, or a copy where there are no links.</summary>
    public void Link(string commit, HubFile file)
    {
        var link = Path.Combine(Snapshot(commit), file.Name);
        try
        {
            var folder = Path.GetDirectoryName(link)!;         // a data set has files in folders of its own
            Directory.CreateDirectory(folder);
            File.Delete(link);
            File.CreateSymbolicLink(link, Path.GetRelativePath(folder, Blob(file)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            CopyTo(Blob(file), link);
        }
    }

    /// <summary>Remembers which commit a branch or tag stands for.</summary>
    public void Remember(string revision, string commit)
    {
        if (revision != commit)
        {
            AtomicFile.WriteAllText(Path.Combine(cache, name, "refs", revision), commit);
        }
    }

    /// <summary>The commit that a branch, tag or commit stands for, as far as is known here; null where nothing is.</summary>
    public string? Known(string revision)
    {
        try
        {
            return Directory.Exists(Snapshot(revision)) ? revision
                : File.ReadAllText(Path.Combine(cache, name, "refs", revision)).Trim() is { Length: > 0 } commit
                    && Directory.Exists(Snapshot(commit)) ? commit
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Copies a file, whole or not at all.</summary>
    public static void CopyTo(string from, string to) =>
        AtomicFile.Write(to, stream =>
        {
            using var source = File.OpenRead(from);
            source.CopyTo(stream);
        });

    // A link may lead nowhere.
    private static bool IsThere(string snapshot, string file)
    {
        var path = Path.Combine(snapshot, file);
        return File.Exists(path) && (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.Exists ?? true);
    }

    // A link's own length is not its target's: FileInfo follows only through a stream.
    private static bool HasLength(string path, long length)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return stream.Length == length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
