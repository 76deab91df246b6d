using System.Text.Json;
using DpoSt.Configuration;
using DpoSt.Configuration.Sections;
using DpoSt.Data.Shapes;
using DpoSt.Hub;
using DpoSt.Runs;

namespace DpoSt.SelfTraining;

/// <summary>Data that a configuration names otherwise than by a path of its own: a part of a data set on a hub, or a part of one file. Both
/// become files, and all that reads them reads files.</summary>
internal static class NamedData
{
    /// <summary>The folder of the parts, below the experiment's outputs.</summary>
    internal const string PartsFolder = "parts";

    private const int KeyLength = 8;

    /// <summary>The configuration with paths of files in the place of such names; what is not there yet is fetched and written.</summary>
    /// <exception cref="UserErrorException">A name means nothing, the hub fails, or a part leaves nothing of the file.</exception>
    public static ExperimentOptions Resolve(ExperimentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var data = options.Data;
        var local = data with
        {
            DataPath = File(data.DataPath),
            DataDir = data.DataDir is { } folder ? File(folder) : null,
            TrainDataPath = File(data.TrainDataPath),
            DevDataPath = File(data.DevDataPath),
            TestDataPath = File(data.TestDataPath),
            PoolPath = data.PoolPath is { } pool ? File(pool) : null,
            OodDataPath = data.OodDataPath is { } other ? File(other) : null,
        };
        var resolved = local == data ? options : options with { Data = local };
        return local.Parts is { Test: null, Dev: null } ? resolved
            : resolved with { Data = Parted(local, RunPaths.Here(resolved)) };
    }

    /// <summary>The file that a name stands for: its own path, unless it is of a hub.</summary>
    /// <exception cref="UserErrorException">There is no such data, or the hub fails.</exception>
    public static string File(string name) => !DatasetName.IsOne(name) ? name
        : DatasetDownload.File(
                DatasetName.Parse(name), HubOptions.FromEnvironment(Environment.GetEnvironmentVariable),
                new HubWatcher(_ => { }, _ => { }, _ => { }), CancellationToken.None)
            .GetAwaiter().GetResult();

    private static DataSection Parted(DataSection data, RunPaths paths)
    {
        // Other parts, or parts of another file, are other files: what a run reads stays as it was.
        var file = paths.DataFile(data.TrainDataPath);
        var key = ContentKey.Of(new { data.Parts, data.Columns }, ContentKey.OfPath(file))[..KeyLength];
        var folder = Path.Combine(paths.OutputsFolder, PartsFolder, key);
        Lay(file, data.Parts, data.Columns, folder);
        var train = Path.Combine(folder, "train.jsonl");
        return data with
        {
            DataPath = data.DataPath == data.TrainDataPath ? train : data.DataPath,
            TrainDataPath = train,
            TestDataPath = data.Parts.Test is null ? data.TestDataPath : Path.Combine(folder, "test.jsonl"),
            DevDataPath = data.Parts.Dev is null ? data.DevDataPath : Path.Combine(folder, "dev.jsonl"),
        };
    }

    /// <summary>Writes the parts of a file, each row as it is, as JSON lines; a file that is right already stays.</summary>
    internal static void Lay(string file, PartsSection parts, ColumnsSection columns, string folder)
    {
        // By the question, so that equal ones are together, and a row more changes little; a conversation by its first.
        var rows = ShapedRows.Read(file, columns)
            .DistinctBy(row => row.Line.Place, StringComparer.Ordinal)
            .Select((row, i) => (
                Text: JsonSerializer.Serialize(row.Line.Value), Place: i,
                Key: CounterRandom.Bits((ulong)parts.Seed, CounterRandom.KeyOf(row.Question.Trim()))))
            .OrderBy(row => row.Key)
            .ThenBy(row => row.Place)
            .ToList();
        var (test, dev) = (Count(parts.Test), Count(parts.Dev));
        var (endOfTest, endOfDev) = (End(test), End(test + dev));
        if (endOfDev >= rows.Count)
        {
            throw new UserErrorException(
                $"{file} has {Counted.Of(rows.Count, "row")}, of which data.parts takes {test} to test and {dev} for dev: nothing is left "
                + "to learn from (equal questions stay together); take less.");
        }

        Write("test", rows[..endOfTest]);
        Write("dev", rows[endOfTest..endOfDev]);
        Write("train", rows[endOfDev..]);

        int Count(double? part) => part switch
        {
            null => 0,
            < 1 and var share => Math.Max(1, (int)Math.Round(share * rows.Count)),
            { } count => (int)Math.Min(count, int.MaxValue / 4),
        };

        // Not between two equal questions.
        int End(int count)
        {
            while (count > 0 && count < rows.Count && rows[count].Key == rows[count - 1].Key)
            {
                count++;
            }

            return count;
        }

        void Write(string name, IReadOnlyList<(string Text, int Place, ulong Key)> part)
        {
            var (path, text) = (
                Path.Combine(folder, name + ".jsonl"), string.Concat(part.OrderBy(row => row.Place).Select(row => row.Text + "\n")));
            if (part.Count > 0 && !(System.IO.File.Exists(path) && System.IO.File.ReadAllText(path) == text))
            {
                AtomicFile.WriteAllText(path, text);
            }
        }
    }
}
