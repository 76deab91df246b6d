namespace DpoSt.Data.PublishedFormats;

/// <summary>The problems of a published file.</summary>
/// <param name="Problems">Those whose answer is one number.</param>
/// <param name="LeftOut">How many others there are: nothing here could judge them.</param>
internal sealed record PublishedSet(List<Problem> Problems, int LeftOut)
{
    /// <summary>Opens a published file; null where the file is none, but holds a JSON value a line.</summary>
    /// <exception cref="UserErrorException">The file breaks its format.</exception>
    public static PublishedSet? Open(string path)
    {
        if (Directory.Exists(path) || FileSet.IsPattern(path))
        {
            return null;                                           // published sets are one file
        }

        try
        {
            using var stream = File.OpenRead(path);
            if (!stream.CanSeek)
            {
                throw new UserErrorException(
                    $"{path} is a pipe, which can be read only once, and questions are read more often: save them to a file.");
            }

            return FirstCharacter(stream) switch
            {
                '<' => AsdivFile.Read(stream, path),
                '[' when JsonProblemFile.IsOne(path) => JsonProblemFile.Read(stream, path),
                _ => null,
            };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;                                           // the reader of lines says what was expected
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file cannot be read ({FileProblem.Of(path, e)}).", e);
        }
    }

    // What a format begins with behind a byte order mark and blanks; the stream is at its beginning again afterwards.
    private static char FirstCharacter(FileStream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        int next;
        do
        {
            next = reader.Read();
        }
        while (next >= 0 && char.IsWhiteSpace((char)next));
        stream.Position = 0;
        return next < 0 ? '\0' : (char)next;
    }
}
