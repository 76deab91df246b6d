using System.Text;
using System.Text.Json;
using DpoSt.Hub;

namespace DpoSt.Models.Checkpoints;

/// <summary>How config.json and generation_config.json are read and written: snake_case keys, unknown ones ignored.</summary>
internal static class ModelJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The bytes of a file, without a byte-order mark.</summary>
    /// <exception cref="UserErrorException">It is a pointer that Git LFS put in the file's place.</exception>
    public static ReadOnlyMemory<byte> Read(string path)
    {
        ReadOnlyMemory<byte> bytes = WholeFile.ReadBytes(path);
        return FileProblem.Pointer(path, bytes.Span) is { } pointer ? throw pointer
            : bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
    }

    /// <summary>A file of a model folder.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or is not JSON.</exception>
    public static JsonDocument Parse(string path)
    {
        try
        {
            var document = JsonDocument.Parse(Read(path));
            return JsonTexts.AreWhole(document.RootElement)
                ? document : throw new JsonException("a string holds an incomplete \\u escape, or bytes that are not UTF-8");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var folder = Path.GetDirectoryName(path)!;
            throw new UserErrorException(Directory.Exists(folder)
                && CheckpointFiles.Instead([.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))]) is { } instead
                ? $"{folder} {instead}"
                : $"{path} cannot be read ({FileProblem.Of(path, e)}): a model folder needs a config.json.", e);
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path} is not valid JSON ({e.Message.Split('\n')[0].TrimEnd('.')}): download it again.", e);
        }
    }
}
