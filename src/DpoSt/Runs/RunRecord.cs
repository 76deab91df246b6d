using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.Configuration.Sections;
using DpoSt.Tensors.Devices;

namespace DpoSt.Runs;

/// <summary>A stage of a run, and what it writes, relative to the record.</summary>
internal sealed record RecordedStage(string Name, IReadOnlyList<string> Outputs);

/// <summary>What a run was made with: <c>model_outputs/EXP/run.json</c>, written when it starts.</summary>
/// <param name="ExpName">The experiment.</param>
/// <param name="Models">The folder of its models, relative to the file's.</param>
/// <param name="Stages">All its stages, in order.</param>
/// <param name="TestSet">The data set that its models are compared on.</param>
/// <param name="Versions">The program, the runtime, libtorch, the machine.</param>
/// <param name="Configuration">Every option in effect, defaults included: of the run, and of its two kinds of training.</param>
internal sealed record RunRecord(
    string ExpName, string Models, IReadOnlyList<RecordedStage> Stages, string TestSet, IReadOnlyDictionary<string, string> Versions,
    IReadOnlyDictionary<string, ExperimentOptions> Configuration)
{
    /// <summary>The file's name.</summary>
    public const string Name = "run.json";

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The record of a run that starts now.</summary>
    public static RunRecord Of(
        ExperimentFolder folder, IReadOnlyList<IStage> stages, string testSet, string device,
        IReadOnlyDictionary<string, ExperimentOptions> configuration)
    {
        var machine = MachineInfo.Read();
        var versions = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["dpost"] = machine.Dpost,
            ["dotnet"] = machine.Dotnet,
            ["libtorch"] = machine.Libtorch ?? "none",
            ["os"] = machine.Os,
            ["cpu"] = machine.Cpu,
            ["device"] = device,
        };
        return new RunRecord(
            folder.Name, Relative(folder.Models), [.. stages.Select(s => new RecordedStage(s.Name, [.. s.Outputs.Select(Relative)]))],
            testSet, versions, configuration);

        string Relative(string path) => Path.GetRelativePath(folder.Outputs, path).Replace('\\', '/');
    }

    /// <summary>Writes the record into the run's folder.</summary>
    public void Write(string folder) => AtomicFile.WriteAllText(Path.Combine(folder, Name), JsonSerializer.Serialize(this, Options) + "\n");

    /// <summary>Reads the record of a run's folder.</summary>
    /// <exception cref="UserErrorException">The folder is not that of a run.</exception>
    public static RunRecord Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            var record = JsonSerializer.Deserialize<RunRecord>(WholeFile.ReadText(path), Options);
            return record is { ExpName: not null, Models: not null, Stages: not null, TestSet: not null, Versions: not null }
                && record.Configuration is not null ? record : throw new JsonException("a part is missing");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            var below = Directory.Exists(folder)
                ? Directory.EnumerateFiles(folder, Name, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
                    .FirstOrDefault()
                : null;
            var advice = below is null
                ? "expected the folder that dpost run writes, model_outputs/EXPERIMENT"
                : $"did you mean {Path.GetDirectoryName(below)}";
            throw new UserErrorException($"{folder}: there is no {Name} in it{(below is null ? $"; {advice}." : $"; {advice}?")}", e);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{path}: the file is not a record of a run ({e.Message.Split('\n')[0].TrimEnd('.')}); "
                + "run dpost run again to write it.", e);
        }
    }
}
