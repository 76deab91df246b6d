using System.Text.RegularExpressions;

namespace DpoSt;

/// <summary>Writes a file whole or not at all: to a temporary name in the same folder, flushed to the disk, then renamed over the target. A
/// crash, Ctrl-C or a full disk leaves the old file, if there was one, as it was. A link stays, and what it points to is written; devices
/// (<c>/dev/null</c>, <c>/dev/stdout</c>) are written to and never replaced.</summary>
internal static partial class AtomicFile
{
    /// <summary>Creates the folder where needed, lets <paramref name="write"/> fill the file, and puts it in its place.</summary>
    /// <exception cref="UserErrorException">The disk is full, the folder is not writable, or the path is not a file name.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var temporary = "";
        try
        {
            if (IsDevice(Path.GetFullPath(path)))
            {
                using var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                write(device);
                return;
            }

            var place = new FileInfo(path) is { LinkTarget: not null } link
                ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : Path.GetFullPath(path);
            temporary = $"{place}.{Guid.NewGuid():N}.tmp";
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            RemoveAbandoned(place);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, place, overwrite: true);
        }
        catch (Exception e)
        {
            Remove(temporary);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException(
                    $"{path}: the file could not be written ({FileProblem.Of(path, e)}); free some space or choose another place, "
                    + "then run again.", e);
            }

            throw;
        }
    }

    /// <summary>Writes <paramref name="text"/> in UTF-8 without a byte order mark.</summary>
    /// <exception cref="UserErrorException">As <see cref="Write"/>.</exception>
    public static void WriteAllText(string path, string text) =>
        Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(text);
        });

    /// <summary>Whether there is something in a file's place that a new one would replace; a device or a pipe takes what is
    /// written.</summary>
    public static bool Replaces(string path) => File.Exists(path) && !IsDevice(path) && new FileInfo(path).Length > 0;

    // Below /dev/shm lie files as anywhere.
    private static bool IsDevice(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal) && File.Exists(path);

    /// <summary>Whether a name is one that a file has until it is whole.</summary>
    internal static bool IsTemporary(string name) => TemporaryName().IsMatch(name);

    // What processes left that were killed while they wrote this file. One that begins this moment may not hold its own yet.
    private static void RemoveAbandoned(string place)
    {
        var old = DateTime.UtcNow - TimeSpan.FromSeconds(1);
        try
        {
            foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(place)!, Path.GetFileName(place) + ".*.tmp")
                .Where(file => IsTemporary(Path.GetFileName(file)) && File.GetLastWriteTimeUtc(file) < old))
            {
                AbandonedFile.Remove(left);
            }
        }
        catch (UnauthorizedAccessException)
        {
            // A folder that may be written and not listed.
        }
    }

    private static void Remove(string temporary)
    {
        try
        {
            if (temporary.Length > 0)
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report; a leftover with a .tmp name harms nobody.
        }
    }

    [GeneratedRegex(@"\.[0-9a-f]{32}\.tmp\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TemporaryName();
}
