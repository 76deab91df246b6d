using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DpoSt.Training.Metrics;

namespace DpoSt.Runs;

/// <summary>Keys of what something depends on: equal keys, equal outcome.</summary>
internal static class ContentKey
{
    /// <summary>The key of options and of further keys or contents.</summary>
    public static string Of(object options, params IEnumerable<string> parts) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Prepend(JsonSerializer.Serialize(options))))));

    /// <summary>The key of a file, or of the names and contents of several: of a pattern's, or of a folder's (all, or these); empty if
    /// absent.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static string OfPath(string path, IReadOnlyList<string>? files = null)
    {
        if (!Directory.Exists(path))
        {
            return FileSet.IsPattern(path) && FileSet.Exists(path)
                ? Of("", FileSet.Of(path).Select(file => $"{Path.GetFileName(file)} {Fingerprint.Of(file).Sha256}"))
                : File.Exists(path) ? Fingerprint.Of(path).Sha256 : "";
        }

        var counted = FilesOf(path).Where(name => files?.Contains(name, StringComparer.Ordinal) is not false);
        return Of("", counted.Select(name => $"{name} {Fingerprint.Of(Path.Combine(path, name)).Sha256}"));
    }

    /// <summary>The names of a model folder's files, in order, without those that only tell of its training.</summary>
    public static IReadOnlyList<string> FilesOf(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(file => !IsRecord(file))
            .Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal)
    ];

    /// <summary>Whether a file tells of a training and is not part of its model: metrics, or what the model was made from.</summary>
    public static bool IsRecord(string file) => MetricsFile.IsMetrics(file) || Path.GetFileName(file) == Provenance.FileName;
}
