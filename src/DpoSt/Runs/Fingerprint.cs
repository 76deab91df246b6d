using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace DpoSt.Runs;

/// <summary>What a file is known by.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Written">When it was last written, in ticks of UTC.</param>
/// <param name="Sha256">Of its content.</param>
internal sealed record Fingerprint(
    [property: JsonRequired] long Length, [property: JsonRequired] long Written, [property: JsonRequired] string Sha256)
{
    // Weights have gigabytes: a large file of the same length and time counts as the same without being read.
    private const long Large = 16L << 20;

    private static readonly ConcurrentDictionary<(string Path, long Length, long Written), string> Known = new();

    /// <summary>The fingerprint of a file. A large file is read once in a process, unless it changes.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static Fingerprint Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var (length, written) = (file.Length, file.LastWriteTimeUtc.Ticks);
            var sum = length < Large ? Sum(path) : Known.GetOrAdd((file.FullName, length, written), _ => Sum(path));
            return new Fingerprint(length, written, sum);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file cannot be read ({FileProblem.Of(path, e)}); put it back and run again.", e);
        }
    }

    /// <summary>Whether a file is still the one that this was taken of.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public bool IsOf(string path)
    {
        var file = new FileInfo(path);
        return file.Length == Length && ((Length >= Large && file.LastWriteTimeUtc.Ticks == Written) || Of(path).Sha256 == Sha256);
    }

    private static string Sum(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
