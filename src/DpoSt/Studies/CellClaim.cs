using System.Diagnostics;
using System.Globalization;

namespace DpoSt.Studies;

/// <summary>Says that a process works on a cell: a file that is made once, that its owner touches, and that goes with its work. One left by
/// a process that died is taken over: at once on the machine where it died, elsewhere when nobody has touched it for a while. It holds on a
/// shared folder, where locks of the system do not.</summary>
internal sealed class CellClaim : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly string path;
    private readonly Timer timer;

    private CellClaim(string path)
    {
        this.path = path;
        timer = new Timer(_ => Touch(), null, Beat, Beat);
    }

    /// <summary>Takes the claim; null where another process holds it.</summary>
    public static CellClaim? Take(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (IsStale(path))
        {
            // Of several that find it stale one moves it away; what it moved is looked at again, for another may have been quicker.
            var moved = $"{path}.{Guid.NewGuid():N}";
            if (!Move(path, moved) || !IsStale(moved))
            {
                Move(moved, path);
                return null;
            }

            File.Delete(moved);
        }

        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            file.Write(System.Text.Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName} {Environment.ProcessId}\n")));
            return new CellClaim(path);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        File.Delete(path);
    }

    private static bool IsStale(string path) =>
        File.Exists(path) && (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > Patience || IsOrphan(path));

    private static bool IsOrphan(string path)
    {
        try
        {
            return WholeFile.ReadText(path).Split(' ', '\n') is [var machine, var id, ""] && machine == Environment.MachineName
                && !IsAlive(int.Parse(id, CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            return false;
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool Move(string from, string to)
    {
        try
        {
            File.Move(from, to);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // Another process may have taken it over from one that slept too long, and a share may be away for a moment.
    private void Touch()
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
