using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DpoSt.Hub.Upload;

/// <summary>A file as it is to be in a repository.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Sha256">What large files are known by, 64 hexadecimal digits.</param>
/// <param name="GitHash">What small files are known by: Git's SHA-1 of a blob, 40 hexadecimal digits.</param>
/// <param name="Open">Opens its content, from the beginning.</param>
internal sealed record UploadFile(string Name, long Size, string Sha256, string GitHash, Func<Stream> Open)
{
    private const int Piece = 1 << 20;

    /// <summary>A file of a folder, read once for its checksums.</summary>
    /// <param name="read">Called with the number of bytes of each piece.</param>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static async Task<UploadFile> Of(string name, string path, Action<long> read, CancellationToken cancel)
    {
        try
        {
            return await Of(name, Open, read, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e);
        }

        // A file that has gone is no failure of the network.
        Stream Open()
        {
            try
            {
                return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(e);
            }
        }

        UserErrorException Unreadable(Exception e) => new($"{path}: the file cannot be read ({FileProblem.Of(path, e)}).", e);
    }

    /// <summary>A text that is in no folder.</summary>
    public static Task<UploadFile> OfText(string name, string text, CancellationToken cancel) =>
        Of(name, () => new MemoryStream(Encoding.UTF8.GetBytes(text), writable: false), _ => { }, cancel);

    /// <summary>Whether a repository holds exactly this under its name.</summary>
    public bool IsIn(HubListing listing) => listing.Files.TryGetValue(Name, out var there)
        && there.Size == Size && there.Hash == (there.Hash.Length == Sha256.Length ? Sha256 : GitHash);

    private static async Task<UploadFile> Of(string name, Func<Stream> open, Action<long> read, CancellationToken cancel)
    {
        var stream = open();
        await using (stream.ConfigureAwait(false))
        {
            var size = stream.Length;
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
#pragma warning disable CA5350                                     // Git's own choice, which tells what is there from what is not
            using var git = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
            git.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {size}\0")));
            var buffer = new byte[Piece];
            for (int length; (length = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0; read(length))
            {
                sha256.AppendData(buffer, 0, length);
                git.AppendData(buffer, 0, length);
            }

            return new UploadFile(
                name, size, Convert.ToHexStringLower(sha256.GetHashAndReset()), Convert.ToHexStringLower(git.GetHashAndReset()), open);
        }
    }
}
