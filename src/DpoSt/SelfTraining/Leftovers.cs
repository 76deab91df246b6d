using DpoSt.Answering;
using DpoSt.Hub;
using DpoSt.Runs;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training.Resuming;
using static System.FormattableString;

namespace DpoSt.SelfTraining;

/// <summary>Something that a process left which was killed.</summary>
/// <param name="Path">A file or a folder.</param>
/// <param name="Bytes">What it takes on the disk.</param>
/// <param name="What">What it is.</param>
/// <param name="Kept">Why it stays; null where nothing has a use for it.</param>
internal sealed record Leftover(string Path, long Bytes, string What, string? Kept);

/// <summary>Finds what killed processes left in a folder and below it, by the names that only such things have, and removes what no
/// command goes on from. What a running process holds is never touched; links are not followed.</summary>
internal static class Leftovers
{
    private const string Running = "a dpost that is running holds it";

    private static readonly EnumerationOptions Here = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    private static readonly EnumerationOptions Everything =
        new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    /// <summary>What is there, in the order of its paths.</summary>
    /// <exception cref="UserErrorException">There is no such folder.</exception>
    public static IReadOnlyList<Leftover> Find(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return !Directory.Exists(folder)
            ? throw new UserErrorException($"{folder}: there is no such folder; name the one that dpost worked in, or the hub's cache.")
            : [.. In(folder).OrderBy(found => found.Path, StringComparer.Ordinal)];
    }

    /// <summary>Removes one that has no use.</summary>
    /// <returns>Whether it is gone: a process may have taken it since.</returns>
    public static bool Remove(Leftover leftover)
    {
        ArgumentNullException.ThrowIfNull(leftover);
        try
        {
            var now = Directory.Exists(leftover.Path) ? OfFolder(leftover.Path) : OfFile(leftover.Path);
            if (now is not { Kept: null })
            {
                return false;
            }

            if (!Directory.Exists(leftover.Path))
            {
                return AbandonedFile.Remove(leftover.Path);
            }

            if (TrainingFolder.IsOne(leftover.Path))
            {
                TrainingFolder.Remove(leftover.Path);
            }
            else
            {
                Directory.Delete(leftover.Path, recursive: true);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UserErrorException)
        {
            return false;
        }
    }

    private static IEnumerable<Leftover> In(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", Here))
        {
            if (OfFile(file) is { } found)
            {
                yield return found;
            }
        }

        foreach (var below in Directory.EnumerateDirectories(folder, "*", Here))
        {
            var found = OfFolder(below);
            foreach (var leftover in found is null || found.Kept is not (null or Running) ? In(below).Prepend(found) : [found])
            {
                if (leftover is not null)
                {
                    yield return leftover;
                }
            }
        }
    }

    private static Leftover? OfFolder(string folder)
    {
        if (DraftFolder.TargetOf(Path.GetFileName(folder)) is not null)
        {
            return new Leftover(
                folder, Size(folder), "a model or a resume state that was not finished", IsDraftHeld(folder) ? Running : null);
        }

        if (!TrainingFolder.IsOne(folder))
        {
            return null;
        }

        var model = TrainingFolder.ModelOf(folder);
        var step = ResumeStates.Newest(folder);
        // States of other options than the finished model's are another training, which goes on from them.
        var isDone = Provenance.Read(model) is { Files: not null } made && ResumeStates.Newest(folder, made.Key()) == step;
        var what = step is null ? "the records of a training that saved nothing" : "resume states of a training";
        return new Leftover(
            folder, Size(folder), isDone && step is not null ? $"{what}, whose model is done" : what,
            TrainingFolder.IsHeld(folder) ? Running
            : isDone || step is null ? null
            : Invariant($"the command that trained there goes on from step {step}; remove the folder yourself if it need not"));
    }

    private static Leftover? OfFile(string file)
    {
        var name = Path.GetFileName(file);
        if (AtomicFile.IsTemporary(name))
        {
            return Found("a file that was not finished", AbandonedFile.IsHeld(file));
        }

        if (HubCache.LockOfPartial(file) is { } held)
        {
            var found = Found("half a download", AbandonedFile.IsHeld(held));
            return found.Kept is not null ? found : found with { Kept = "the same download goes on from it" };
        }

        if (AnswerJournal.OutputOf(file) is { } output)
        {
            var found = Found("answers of a sampling", AbandonedFile.IsHeld(file));
            // Answers that are newer than what is done are of another sampling.
            return found.Kept is not null || (Provenance.Read(output) is { Files: not null } && File.Exists(output)
                && File.GetLastWriteTimeUtc(file) <= File.GetLastWriteTimeUtc(output))
                ? found : found with { Kept = "the same sampling goes on from them" };
        }

        return RunLock.IsOne(file) || DraftFolder.HeldBy(file) is not null ? Found("a lock", AbandonedFile.IsHeld(file)) : null;

        Leftover Found(string what, bool isHeld) => new(file, new FileInfo(file).Length, what, isHeld ? Running : null);
    }

    // A model is written by who trains it, a resume state within that training's folder.
    private static bool IsDraftHeld(string draft)
    {
        var folder = Path.GetDirectoryName(draft)!;
        return DraftFolder.IsHeld(draft) || TrainingFolder.IsHeld(folder)
            || TrainingFolder.IsHeld(TrainingFolder.PathOf(Path.Combine(folder, DraftFolder.TargetOf(Path.GetFileName(draft))!)));
    }

    private static long Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", Everything).Sum(file => file.Length);
}
