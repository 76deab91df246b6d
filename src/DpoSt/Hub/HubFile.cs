using System.Globalization;
using System.Security.Cryptography;

namespace DpoSt.Hub;

/// <summary>A file of a repository, as the hub lists it.</summary>
/// <param name="Size">Its length in bytes, as claimed: nothing is allocated by it.</param>
/// <param name="Hash">SHA-256 of a large file (64 hexadecimal digits), Git's SHA-1 of any other (40); also its name in the cache.</param>
internal sealed record HubFile(string Name, long Size, string Hash)
{
    private bool IsLarge => Hash.Length == 64;

    /// <summary>Begins the file's checksum.</summary>
    public IncrementalHash NewChecksum()
    {
        if (IsLarge)
        {
            return IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        }

        // Git's own choice of 2005: it tells a damaged file from a whole one here, and protects from nobody who means harm.
#pragma warning disable CA5350
        var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        sha1.AppendData(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {Size}\0")));
        return sha1;
    }

    /// <summary>Whether a finished checksum is the listed one.</summary>
    public bool Matches(IncrementalHash checksum) => Convert.ToHexStringLower(checksum.GetHashAndReset()) == Hash;
}
