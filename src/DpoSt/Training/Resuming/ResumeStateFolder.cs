using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.Tensors.Files;
using DpoSt.Training.Metrics;

namespace DpoSt.Training.Resuming;

/// <summary>Where training stands, its tensors apart. Order and dropout are functions of the step, so the step is all of both.</summary>
/// <param name="Key">What the run is: of its options, its first model and its data.</param>
internal sealed record ResumeState(string Key, long Step, MetricSums Since)
{
    /// <summary>What the training learns from now, where that changes as it goes; null where it is what the training was given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeptRows? Rows { get; init; }
}

/// <summary>One resume state: a folder with weights and moments (safetensors), the state (JSON) and their SHA-256 in the form that
/// sha256sum checks. It appears whole or not at all, and what a disk has damaged since is noticed.</summary>
internal static class ResumeStateFolder
{
    private const string TensorsName = "training_state.safetensors";
    private const string StateName = "training_state.json";
    private const string SumsName = "SHA256SUMS";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
    };

    /// <summary>Writes a state.</summary>
    public static void Write(string folder, ResumeState state, IEnumerable<PendingTensor> tensors)
    {
        using var draft = new DraftFolder(folder);
        var sums = new[]
        {
            Hashed(Path.Combine(draft.Path, TensorsName), stream => SafeTensorsWriter.Write(stream, tensors)),
            Hashed(Path.Combine(draft.Path, StateName), stream => JsonSerializer.Serialize(stream, state, Options)),
        };
        AtomicFile.WriteAllText(Path.Combine(draft.Path, SumsName), string.Concat(sums));
        draft.MoveTo(folder);
    }

    /// <summary>Reads a state after checking every byte of its folder.</summary>
    /// <exception cref="InvalidDataException">It is cut short, changed, or not all there.</exception>
    /// <exception cref="UserErrorException">It cannot be read now: that says nothing about what it holds.</exception>
    public static ResumeState Read(string folder)
    {
        try
        {
            var sums = new[] { TensorsName, StateName }.Select(name => SumOf(Path.Combine(folder, name)));
            return WholeFile.ReadText(Path.Combine(folder, SumsName)) == string.Concat(sums)
                ? JsonSerializer.Deserialize<ResumeState>(WholeFile.ReadBytes(Path.Combine(folder, StateName)), Options)!
                : throw new InvalidDataException("its checksums do not match");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException("it is not all there", e);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(e.Message.Split('\n')[0].TrimEnd('.'), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{folder}: the resume state cannot be read ({FileProblem.InFolder(e)}); see to that and run again, "
                + "or start over with --fresh.",
                e);
        }
    }

    /// <summary>The run that a state says it is of, unchecked; null where it does not say.</summary>
    public static string? KeyOf(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<ResumeState>(WholeFile.ReadBytes(Path.Combine(folder, StateName)), Options)?.Key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>A state's tensors; <see cref="Read"/> has found it whole.</summary>
    public static SafeTensorsFile OpenTensors(string folder) => SafeTensorsFile.Open(Path.Combine(folder, TensorsName));

    private static string Hashed(string path, Action<Stream> write)
    {
        using var hash = SHA256.Create();
        using var file = File.Create(path);
        using (var both = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
        {
            write(both);
        }

        return Line(hash.Hash!, path);
    }

    private static string SumOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Line(SHA256.HashData(stream), path);
    }

    private static string Line(byte[] hash, string path) => $"{Convert.ToHexStringLower(hash)}  {Path.GetFileName(path)}\n";
}
