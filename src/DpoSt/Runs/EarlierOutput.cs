using System.Globalization;

namespace DpoSt.Runs;

/// <summary>
/// What a model's work has made is not lost to other options: before something else takes its place it moves, with its record, into a
/// folder <c>of-KEY</c> beside it, and it comes back when the same is asked for again.
/// </summary>
internal static class EarlierOutput
{
    private const string Prefix = "of-";
    private const string Unknown = "unknown";
    private const int KeyLength = 8;

    /// <summary>Whether a folder of this name holds what made room for something else.</summary>
    public static bool IsPlace(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && (name.Length == Prefix.Length + KeyLength && name.Skip(Prefix.Length).All(char.IsAsciiHexDigitLower)
            || name.AsSpan(Prefix.Length).StartsWith(Unknown, StringComparison.Ordinal));

    /// <summary>Where an output would move to make room; null where there is none, or none that is worth it: it is what is asked for, it is
    /// damaged, or it was to be begun over.</summary>
    public static string? PlaceOf(string output, Provenance asked)
    {
        if (!Path.Exists(output))
        {
            return null;
        }

        return Provenance.Read(output) is { } known
            ? known.Files is null || known.Difference(asked).Length == 0 || known.Damage(output) is not null ? null
                : Beside(output, known.Key()[..KeyLength])
            : File.Exists(output) ? Enumerable.Range(1, int.MaxValue)
                .Select(n => Beside(output, n == 1 ? Unknown : string.Create(CultureInfo.InvariantCulture, $"{Unknown}-{n}")))
                .First(place => !Path.Exists(place))
            : null;
    }

    /// <summary>Moves an output out of the way, if it is worth it.</summary>
    public static void MakeRoom(string output, Provenance asked)
    {
        if (PlaceOf(output, asked) is { } place)
        {
            Move(output, place);
        }
    }

    /// <summary>Whether an output that was made from this waits to come back.</summary>
    public static bool Waits(string output, Provenance asked) => asked.Holds(Beside(output, asked.Key()[..KeyLength]));

    /// <summary>Brings an output back, and moves what is in its place out of the way.</summary>
    public static void Return(string output, Provenance asked)
    {
        MakeRoom(output, asked);
        var place = Beside(output, asked.Key()[..KeyLength]);
        Move(place, output);
        var folder = Path.GetDirectoryName(place)!;
        if (Directory.EnumerateFileSystemEntries(folder).All(path => Path.GetFileName(path) == Provenance.FileName))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Beside(string output, string key)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));
        return Path.Combine(Path.GetDirectoryName(full)!, Prefix + key, Path.GetFileName(full));
    }

    // A folder has its record inside; that of a file goes along.
    private static void Move(string from, string to)
    {
        var known = File.Exists(from) ? Provenance.Read(from) : null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            if (Directory.Exists(to))
            {
                Directory.Delete(to, recursive: true);
            }

            if (Directory.Exists(from))
            {
                Directory.Move(from, to);
            }
            else
            {
                File.Move(from, to, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{from}: it cannot make room for what is made now ({FileProblem.Of(from, e)}): move it away yourself, then run again.", e);
        }

        known?.WriteAsItIs(to);
    }
}
