using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DpoSt.SelfTraining;

namespace DpoSt.Runs;

/// <summary>Keys of what something depends on: equal keys, equal outcome.</summary>
internal static class ContentKey
{
    /// <summary>The key of options and of further keys or contents.</summary>
    public static string Of(object options, IEnumerable<string> parts) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    parts.Aggregate(new StringBuilder(JsonSerializer.Serialize(options)), (text, part) => text.Append('\n').Append(part)).ToString())));

    /// <summary>
    /// The content of a file, or of the files of a model folder with their names. A model's metrics and the key of its training are left out:
    /// they differ where the model does not.
    /// </summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static string OfPath(string path)
    {
        var text = new StringBuilder();
        try
        {
            var files = Directory.Exists(path)
                ? Directory.EnumerateFiles(path).Where(f => !TrainingFolder.IsRecord(f)).Order(StringComparer.Ordinal)
                : (IEnumerable<string>)[path];
            foreach (var file in files)
            {
                using var stream = File.OpenRead(file);
                text.Append(Path.GetFileName(file)).Append(' ').Append(Convert.ToHexStringLower(SHA256.HashData(stream))).Append('\n');
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: it cannot be read ({FileProblem.InFolder(e)}); the run needs it, so put it back and run again.", e);
        }

        return text.ToString();
    }
}
