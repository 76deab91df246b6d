namespace DpoSt;

/// <summary>Paths that begin with <c>~</c> or <c>~user</c>, which a shell leaves as they are in a file, in quotes and behind <c>=</c>. They
/// mean what Python's <c>os.path.expanduser</c> makes of them, as transformers does with its output folder.</summary>
internal static class HomePath
{
    private const string Users = "/etc/passwd";

    /// <summary>The path without <c>~</c>.</summary>
    /// <exception cref="UserErrorException">There is no such user, or the path would make a folder that is called <c>~</c>.</exception>
    public static string Expand(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var expanded = path;
        if (path.StartsWith('~'))
        {
            var slash = path.IndexOf('/', StringComparison.Ordinal) is var first and > 0 ? first : path.Length;
            var home = slash == 1 ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) : HomeOf(path[1..slash], path);
            expanded = home.TrimEnd('/') + path[slash..] is { Length: > 0 } whole ? whole : "/";
        }

        return !Array.Exists(expanded.Split('/'), part => part == "~") || Path.Exists(expanded) ? expanded : throw new UserErrorException(
            $"'{Shown.Text(path)}': '~' is the home folder only where a path begins with it; write the path out.");
    }

    /// <summary>The full path of one that may begin with <c>~</c>, or be relative to a folder.</summary>
    /// <exception cref="UserErrorException">As in <see cref="Expand"/>.</exception>
    public static string Full(string path, string folder) => Path.GetFullPath(Expand(path), folder);

    private static string HomeOf(string user, string path)
    {
        // name:password:number:group:comment:home:shell
        var fields = File.Exists(Users) ? File.ReadLines(Users).Select(line => line.Split(':')).FirstOrDefault(f => f[0] == user) : null;
        return fields?.ElementAtOrDefault(5) is { Length: > 0 } home ? home : throw new UserErrorException(
            $"'{Shown.Text(path)}': there is no user '{Shown.Text(user)}' on this machine; write ./ before a folder of that name.");
    }
}
