using System.Text.RegularExpressions;

namespace DpoSt;

/// <summary>A temporary folder beside the place where something is to appear, gone when disposed.</summary>
internal sealed partial class DraftFolder : IDisposable
{
    private const string Held = ".held";

    private readonly FileStream? held;

    /// <summary>Makes the folder, on the same disk as <paramref name="target"/>.</summary>
    /// <param name="target">What it is to become.</param>
    /// <param name="holds">Whether a file beside it says that somebody writes it (<see cref="IsHeld"/>).</param>
    public DraftFolder(string target, bool holds = false)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        var parent = System.IO.Path.GetDirectoryName(full)!;
        try
        {
            Path = System.IO.Path.Combine(
                Directory.CreateDirectory(parent).FullName, $".{System.IO.Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
            held = !holds ? null : new FileStream(
                Path + Held, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            Directory.CreateDirectory(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{full}: nothing can be written there ({FileProblem.InFolder(e)}); free some space or choose another place, "
                + "then run again.",
                e);
        }
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Puts the folder in the place of <paramref name="target"/>, whole and on the disk; what stood there is gone.</summary>
    public void MoveTo(string target)
    {
        foreach (var file in Directory.EnumerateFiles(Path))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.None);
            stream.Flush(flushToDisk: true);
        }

        if (!Directory.Exists(target))
        {
            Directory.Move(Path, target);
            return;
        }

        // The old folder steps aside first: a rename is one moment, a recursive delete is not.
        var old = Path + ".old";
        Directory.Move(target, old);
        try
        {
            Directory.Move(Path, target);
        }
        catch
        {
            Directory.Move(old, target);
            throw;
        }

        try
        {
            Directory.Delete(old, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was to be written is in its place: a remnant of the old harms nobody.
        }
    }

    /// <summary>Whether a process writes a draft that it holds.</summary>
    public static bool IsHeld(string draft) => AbandonedFile.IsHeld(draft + Held);

    /// <summary>The draft that a file says is held; null where the file is another.</summary>
    public static string? HeldBy(string file) =>
        file.EndsWith(Held, StringComparison.Ordinal) && TargetOf(System.IO.Path.GetFileName(file[..^Held.Length])) is not null
            ? file[..^Held.Length] : null;

    /// <summary>What a draft with this name is to become; null where it is no draft, nor what one was put in the place of.</summary>
    public static string? TargetOf(string name) => DraftName().Match(name) is { Success: true } draft ? draft.Groups["name"].Value : null;

    /// <summary>
    /// Removes what a process left that was killed while it wrote <paramref name="target"/>, whose name may have a wildcard; only for
    /// who knows that nobody writes it now.
    /// </summary>
    public static void RemoveRemnants(string target)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        var parent = System.IO.Path.GetDirectoryName(full)!;
        foreach (
            var remnant in Directory.Exists(parent) ? Directory.GetDirectories(parent, $".{System.IO.Path.GetFileName(full)}.*.tmp*") : [])
        {
            Directory.Delete(remnant, recursive: true);
        }

        foreach (var file in Directory.Exists(parent)
            ? Directory.GetFiles(parent, $".{System.IO.Path.GetFileName(full)}.*.tmp{Held}") : [])
        {
            File.Delete(file);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        held?.Dispose();
    }

    [GeneratedRegex(@"^\.(?<name>.+)\.[0-9a-f]{32}\.tmp(\.old)?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DraftName();
}
