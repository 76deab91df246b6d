namespace DpoSt;

/// <summary>What is wrong with a path, in words for a sentence that names it: the runtime's own name it again.</summary>
internal static class FileProblem
{
    /// <summary>Why <paramref name="file"/>, which is to be no folder, could not be read or written.</summary>
    public static string Of(string file, Exception error) =>
        error is UnauthorizedAccessException && Directory.Exists(file) ? "it is a folder"
        : error is FileNotFoundException && LinkOf(file) is { } target ? $"it is a link to {target}, which was moved or removed"
        : InFolder(error);

    /// <summary>Where a path leads that is a link; null where it is none.</summary>
    public static string? LinkOf(string file) => new FileInfo(file).LinkTarget;

    /// <summary>A sentence for a file that Git LFS put in another's place; null where its first bytes are another file's.</summary>
    public static UserErrorException? Pointer(string file, ReadOnlySpan<byte> start) => start.StartsWith("version "u8)
        ? new UserErrorException(
            $"{file} is a Git LFS pointer, not the file that it stands for: run git lfs pull in its folder, or download "
            + "the model again.")
        : null;

    /// <summary>Why something in a folder could not be read or written.</summary>
    public static string InFolder(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => "it is not there",
        UnauthorizedAccessException => "permission is denied",
        _ => error.Message.Split(" : '")[0].TrimEnd('.'),
    };
}
