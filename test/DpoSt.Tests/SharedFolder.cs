namespace DpoSt.Tests;

/// <summary>The one place where tests learn where the shared fixtures lie: DPOST_SHARED, or ../shared beside the repository.</summary>
internal static class SharedFolder
{
    private static readonly string? Root = Find();

    /// <summary>The path of a shared file or folder; skips the test where the folder is absent (a failure when CI=true).</summary>
    public static string Path(params string[] parts)
    {
        if (Root is null)
        {
            const string reason = "the shared fixtures are absent (set DPOST_SHARED or put them in ../shared beside the repository)";
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
            Assert.Skip(reason);
        }

        return System.IO.Path.Combine([Root, .. parts]);
    }

    /// <summary>The root of this repository, found from the test's own folder upwards.</summary>
    public static string RepositoryRoot { get; } = FindRepository();

    private static string? Find()
    {
        var folder = Environment.GetEnvironmentVariable("DPOST_SHARED") ?? System.IO.Path.Combine(FindRepository(), "..", "shared");
        return Directory.Exists(folder) ? System.IO.Path.GetFullPath(folder) : null;
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "DpoSt.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("DpoSt.slnx was not found above the test's folder.");
    }
}
