namespace DpoSt;

/// <summary>What is wrong with a path, in words for a sentence that names it: the runtime's own name it again.</summary>
internal static class FileProblem
{
    /// <summary>Why <paramref name="file"/>, which is to be no folder, could not be read or written.</summary>
    public static string Of(string file, Exception error) =>
        error is UnauthorizedAccessException && Directory.Exists(file) ? "it is a folder" : InFolder(error);

    /// <summary>Why something in a folder could not be read or written.</summary>
    public static string InFolder(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => "it is not there",
        UnauthorizedAccessException => "permission is denied",
        _ => error.Message.Split(" : '")[0].TrimEnd('.'),
    };
}
