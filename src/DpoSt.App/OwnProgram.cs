namespace DpoSt.App;

/// <summary>How this program is started again: as a program of its own, or through the dotnet host.</summary>
internal static class OwnProgram
{
    /// <summary>What comes before the arguments.</summary>
    public static IReadOnlyList<string> Words { get; } = Find();

    private static string[] Find()
    {
        var (host, program) = (Environment.ProcessPath!, typeof(OwnProgram).Assembly.Location);
        return Path.GetFileNameWithoutExtension(host) switch
        {
            "dotnet" => [host, program],
            var name when name == Path.GetFileNameWithoutExtension(program) || program.Length == 0 => [host],
            _ => ["dotnet", program],                          // within another program, such as a test's
        };
    }
}
