using System.Text.RegularExpressions;

namespace DpoSt.Hub;

/// <summary>Models by their names on the hub, such as <c>google/flan-t5-base</c>, wherever a folder may be named: one door from what a
/// person wrote to a folder. It asks no server.</summary>
internal static partial class HubModels
{
    /// <summary>The branch whose newest commit is meant where none is named.</summary>
    public const string Main = "main";

    /// <summary>The folder that is meant: the one of that path if it is there, else the model of that name in the hub's cache, else the
    /// path, where nothing is.</summary>
    /// <param name="written">A path, which may begin with <c>~</c>, or <c>ORGANISATION/NAME</c>.</param>
    /// <param name="from">What a path is relative to.</param>
    /// <exception cref="UserErrorException">As in <see cref="HomePath.Expand"/>.</exception>
    public static string Folder(string written, string from)
    {
        var folder = HomePath.Full(written, from);
        return Path.Exists(folder) ? folder : Cached(written) ?? folder;
    }

    /// <summary>Whether something is named that could be fetched, and is not here.</summary>
    /// <exception cref="UserErrorException">As in <see cref="HomePath.Expand"/>.</exception>
    public static bool IsMissing(string written, string from) => IsName(written) && !Path.Exists(Folder(written, from));

    /// <summary>Whether a text may be a model's name on a hub, with its organisation.</summary>
    public static bool IsName(string written)
    {
        ArgumentNullException.ThrowIfNull(written);
        return written.Contains('/', StringComparison.Ordinal) && IsRepository(written);
    }

    /// <summary>Whether a text may be a repository's name.</summary>
    internal static bool IsRepository(string name) => RepositoryName().IsMatch(name)
        && !name.Contains("..", StringComparison.Ordinal) && !name.Contains("--", StringComparison.Ordinal);

    private static string? Cached(string name) =>
        IsName(name) ? new HubCache(HubOptions.CacheFolder(Environment.GetEnvironmentVariable), name).Whole(Main) : null;

    [GeneratedRegex(@"^[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.ECMAScript, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RepositoryName();
}
