using System.Globalization;
using System.Text.RegularExpressions;

namespace DpoSt.Hub;

/// <summary>A part of a data set on a hub, as a configuration names it: <c>hub:openai/gsm8k/main/train</c>, with a revision
/// <c>hub:openai/gsm8k@main/main/train</c>.</summary>
/// <param name="Repo"><c>organisation/name</c>.</param>
/// <param name="Revision">A branch, a tag or a commit.</param>
/// <param name="Part">A configuration and a split (<c>main/train</c>), a split alone (<c>train</c>), or a file of the repository.</param>
internal sealed partial record DatasetName(string Repo, string Revision, string Part)
{
    private const string Prefix = "hub:";
    private const int Shown = 12;

    /// <summary>Whether a name of a file is one of this kind.</summary>
    public static bool IsOne(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith(Prefix, StringComparison.Ordinal);
    }

    /// <summary>Takes a name apart.</summary>
    /// <exception cref="UserErrorException">It has no repository or no part.</exception>
    public static DatasetName Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var match = Form().Match(name);
        return match.Success
            ? new DatasetName(
                match.Groups["repo"].Value, match.Groups["revision"] is { Success: true, Value: var revision } ? revision : "main",
                match.Groups["part"].Value)
            : throw new UserErrorException(
                $"'{name}' names no data of a hub; expected hub:ORGANISATION/NAME/CONFIGURATION/SPLIT, such as "
                + "hub:openai/gsm8k/main/train, or hub:ORGANISATION/NAME@REVISION/FILE.");
    }

    /// <summary>Whether a file of a repository holds rows, by its name; only plain names, which cannot leave their folder, do.</summary>
    internal static bool IsData(string file) =>
        PlainPath().IsMatch(file) && !file.Contains("..", StringComparison.Ordinal) && FileSet.IsData(file);

    /// <summary>The file among those of the repository that this names, or all files of the split.</summary>
    /// <exception cref="UserErrorException">There is none, or there are several that are not one split.</exception>
    internal IReadOnlyList<string> Choose(IEnumerable<string> files)
    {
        var all = files.Where(IsData).Order(StringComparer.Ordinal).ToList();
        var found = all.Where(file => file == Part || Stem(file) is var stem && (stem == Part || stem == $"data/{Part}")).ToList();
        var names = all.Select(Stem).Distinct(StringComparer.Ordinal).ToList();
        return found switch
        {
            [_] => found,
            _ when FileSet.IsWhole(found) => found,
            [] => throw new UserErrorException(
                $"{Repo} at {Revision} has no data called '{Part}'; it has "
                + (names.Count == 0 ? "none that dpost reads."
                    : string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? ", ..." : "."))),
            _ => throw new UserErrorException(
                $"{Repo} at {Revision} has '{Part}' in {found.Count} files that are no one set; name one of them: "
                + $"hub:{Repo}/{found[0]} and so on."),
        };
    }

    /// <summary>Whether files are all that this names, whatever else the repository has: other files of a split may be missing here.
    /// </summary>
    internal bool AreSurely(IReadOnlyList<string> files) =>
        files is [var one] && (one == Part || FileSet.Shard(one) is null) || FileSet.IsWhole(files);

    /// <summary>The path, below a folder, of what <see cref="Choose"/> gives: a file, or a pattern of all files of a set.</summary>
    internal static string PathOf(IReadOnlyList<string> files) => files is [var one] ? one
        : FileSet.Shard(files[0]) is var (stem, _, count) ? string.Create(
            CultureInfo.InvariantCulture, $"{stem}-?????-of-{count:00000}*{Path.GetExtension(FileSet.Unpacked(files[0]))}*")
        : throw new ArgumentException("several files that are no set", nameof(files));

    // main/train-00000-of-00001.parquet is main/train.
    private static string Stem(string file)
    {
        var bare = FileSet.Unpacked(file);
        return FileSet.Shard(file)?.Stem ?? bare[..bare.LastIndexOf('.')];
    }

    [GeneratedRegex(@"^hub:(?<repo>[\w.-]+/[\w.-]+)(@(?<revision>[\w.+-]+))?/(?<part>[^/\s][^\s]*)\z",
        RegexOptions.ExplicitCapture | RegexOptions.ECMAScript, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex(@"^\w[\w.+-]*(/\w[\w.+-]*)*\z", RegexOptions.ECMAScript, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainPath();
}
