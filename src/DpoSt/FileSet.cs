using System.Globalization;
using System.Text.RegularExpressions;

namespace DpoSt;

/// <summary>Files of rows that are read in order as if they were one: a folder's, or those that a pattern means
/// (<c>data/train-*.parquet</c>). Any other path is one file.</summary>
internal static partial class FileSet
{
    /// <summary>What the names of a reference's scores end with, which stand beside pairs and are no rows.</summary>
    public const string ScoresEnding = ".logps.jsonl";

    private const int Shown = 8;

    // Words that names of different splits have; files of two of them are no one set.
    private static readonly string[][] Splits = [["train"], ["test"], ["dev", "val", "valid", "validation", "eval"]];

    // What rows are read from.
    private static readonly string[] Extensions = [".parquet", ".jsonl", ".json", ".csv", ".tsv"];

    // The framework's default lets "?" mean nothing, too.
    private static readonly EnumerationOptions Exactly =
        new() { MatchType = MatchType.Simple, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };

    /// <summary>Whether a file holds rows, by its name.</summary>
    public static bool IsData(string file) =>
        Array.Exists(Extensions, ending => Unpacked(file).EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        && !file.EndsWith(ScoresEnding, StringComparison.Ordinal);

    /// <summary>Whether a path is a pattern of names in a folder, and not the name of a file that has such signs.</summary>
    public static bool IsPattern(string path) => Path.GetFileName(path).AsSpan().ContainsAny('*', '?') && !Path.Exists(path);

    /// <summary>Whether there is something to read.</summary>
    public static bool Exists(string path) => IsPattern(path) ? Matching(path).Length > 0 : Path.Exists(path);

    /// <summary>The files, in the order of the numbers in their names; a path of one file is given back, whether it is there or not.
    /// </summary>
    /// <exception cref="UserErrorException">A folder or a pattern has none, not all files of a set, or files of several sets.</exception>
    public static IReadOnlyList<string> Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!IsPattern(path) && !Directory.Exists(path))
        {
            return [path];
        }

        string[] files = [.. Matching(path).OrderBy(Padded, StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new UserErrorException(Directory.Exists(path)
                ? $"{path} is a folder without a file of rows; expected {string.Join(", ", Extensions)}, gzipped or not."
                : $"{path}: no file has such a name; expected files such as train-00000-of-00002.parquet.");
        }

        CheckOne(path, files);
        return files;
    }

    /// <summary>A file's place in a set of several, <c>train-00000-of-00002.parquet</c>; null of any other name.</summary>
    /// <returns>The name without place and extension, the place from 0, and how many there are.</returns>
    public static (string Stem, int Place, int Count)? Shard(string file)
    {
        var bare = Unpacked(file);
        var match = Numbered().Match(bare.LastIndexOf('.') is > 0 and var dot ? bare[..dot] : bare);
        return match.Success
            ? (match.Groups["stem"].Value, Number(match.Groups["place"]), Number(match.Groups["count"]))
            : null;

        static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Whether files are all of one set, each of its places once.</summary>
    public static bool IsWhole(IReadOnlyCollection<string> files) =>
        files.Select(Shard).ToList() is var shards && shards.TrueForAll(shard => shard is not null)
        && shards.Select(shard => (shard!.Value.Stem, shard.Value.Count)).Distinct().ToList() is [var (_, count)]
        && shards.Select(shard => shard!.Value.Place).Order().SequenceEqual(Enumerable.Range(0, count));

    /// <summary>A name for what is made of a file or of several: without extension and the signs of a pattern.</summary>
    public static string NameOf(string path) => IsPattern(path)
        ? Signs().Replace(Path.GetFileName(path), "_") : Path.GetFileNameWithoutExtension(path);

    /// <summary>A file's name without <c>.gz</c>.</summary>
    public static string Unpacked(string file) => file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file[..^3] : file;

    private static string[] Matching(string path)
    {
        var (folder, pattern) = IsPattern(path) ? (Path.GetDirectoryName(path), Path.GetFileName(path)) : (path, "*");
        folder = string.IsNullOrEmpty(folder) ? "." : folder;
        return !Directory.Exists(folder) ? []
            : [.. Directory.EnumerateFiles(folder, pattern, Exactly)
                .Where(file => IsData(file) && !Path.GetFileName(file).StartsWith('.'))];
    }

    // What would be read twice, in part, or beside what it should be kept from is refused.
    private static void CheckOne(string path, string[] files)
    {
        var names = files.Select(file => Path.GetFileName(file)!).ToList();
        var kinds = names.Select(name => Path.GetExtension(Unpacked(name)).ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToList();
        var splits = names.Select(name => Array.FindIndex(Splits, words => words.Any(word => HasWord(name, word))))
            .Where(split => split >= 0).Distinct().Order().Select(split => Splits[split][0]).ToList();
        if (kinds.Count > 1 || splits.Count > 1)
        {
            throw new UserErrorException(
                $"{path} means {(splits.Count > 1 ? $"files of {string.Join(" and ", splits)}" : $"{string.Join(" and ", kinds)} files")} "
                + $"({string.Join(", ", names.Take(Shown))}{(names.Count > Shown ? ", ..." : "")}), which are no one set: "
                + "name one, such as DIR/train-*.parquet.");
        }

        foreach (var set in names.Select(Shard).OfType<(string Stem, int Place, int Count)>().GroupBy(shard => (shard.Stem, shard.Count)))
        {
            var missing = Enumerable.Range(0, set.Key.Count).Except(set.Select(shard => shard.Place)).ToList();
            if (missing.Count > 0)
            {
                throw new UserErrorException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}: of the {set.Key.Count} files of {set.Key.Stem} {missing.Count} are not there, such as number "
                    + $"{missing[0]:00000}: bring them, or name one file."));
            }
        }
    }

    private static bool HasWord(string name, string word)
    {
        var at = name.IndexOf(word, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && (at == 0 || !char.IsLetter(name[at - 1]))
            && (at + word.Length == name.Length || !char.IsLetter(name[at + word.Length]));
    }

    // part-2 comes before part-10.
    private static string Padded(string file) => Digits().Replace(file, digits => digits.Value.PadLeft(20, '0'));

    [GeneratedRegex(
        @"^(?<stem>.*)-(?<place>[0-9]{5})-of-(?<count>[0-9]{5})(-[0-9a-f]{16})?\z",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Numbered();

    [GeneratedRegex(@"[*?.]+", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Signs();

    [GeneratedRegex("[0-9]+", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
