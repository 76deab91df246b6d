
namespace DpoSt.Data.Readers;

/// <summary>
/// The one door to files of rows: JSON lines, a JSON list (bare or under a key), CSV with commas, semicolons, tabs or bars, and parquet,
/// each gzipped or not. What a file begins with decides, not its name. Rows come one by one, each a JSON object that knows where it stands.
/// </summary>
internal static class RowFile
{
    /// <summary>Reads the rows of a file, or of several in order (<see cref="FileSet"/>); memory holds one, or one row group of parquet.
    /// </summary>
    /// <exception cref="UserErrorException">A file is absent, of no such form, or a row is broken.</exception>
    public static IEnumerable<JsonLine> Read(string path) => FileSet.Of(path).SelectMany(ReadOne);

    private static IEnumerable<JsonLine> ReadOne(string path) => Guarded(path, FileForm.Of(path) switch
    {
        { Kind: RowFormat.Parquet } form => ParquetRows(path, form),
        { Kind: RowFormat.JsonList } form => Rows(path, form, stream => JsonListReader.Read(stream, path, form.Key)),
        { Kind: RowFormat.Delimited } form => Rows(path, form, stream => DelimitedReader.Read(stream, path)),
        var form => Rows(path, form, stream => JsonLines.Read(stream, path)),
    });

    private static IEnumerable<JsonLine> Rows(string path, FileForm form, Func<Stream, IEnumerable<JsonLine>> read)
    {
        using var stream = form.Open(path);
        foreach (var row in read(stream))
        {
            yield return row;
        }
    }

    // Parquet is read from its end: what is gzipped goes to a file first, as far as a sound one can.
    private static IEnumerable<JsonLine> ParquetRows(string path, FileForm form)
    {
        const long mostTimes = 100, spare = 64 << 20;
        if (!form.IsGzipped)
        {
            return Rows(path, form, stream => ParquetReading.Read(stream, path));
        }

        return Rows(path, form, stream =>
        {
            var whole = Unnamed();
            var (bound, buffer) = (new FileInfo(path).Length * mostTimes + spare, new byte[1 << 16]);
            while (stream.Read(buffer) is > 0 and var read)
            {
                whole.Write(buffer.AsSpan(0, read));
                if (whole.Length > bound)
                {
                    whole.Dispose();
                    throw new UserErrorException(
                        $"{path}: unpacked it is more than {mostTimes} times as large; gunzip it yourself if that is right.");
                }
            }

            whole.Position = 0;
            return Disposing(whole, ParquetReading.Read(whole, path));
        });
    }

    // Where a system lets an open file go without its name, nothing is left of it however the process ends.
    private static FileStream Unnamed()
    {
        var path = Path.GetTempFileName();
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }

    private static IEnumerable<JsonLine> Disposing(Stream stream, IEnumerable<JsonLine> rows)
    {
        using (stream)
        {
            foreach (var row in rows)
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<JsonLine> Guarded(string path, IEnumerable<JsonLine> rows)
    {
        using var all = rows.GetEnumerator();
        while (true)
        {
            try
            {
                if (!all.MoveNext())
                {
                    yield break;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException($"{path}: the file cannot be read ({FileProblem.Of(path, e)}).", e);
            }

            yield return all.Current;
        }
    }
}
