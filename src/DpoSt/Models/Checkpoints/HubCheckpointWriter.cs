using System.Globalization;
using System.Text.Json;
using DpoSt.Hub;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Files;
using static TorchSharp.torch;

namespace DpoSt.Models.Checkpoints;

/// <summary>Writes weights as transformers does: one model.safetensors, or above a size numbered shards with an index.</summary>
internal static class HubCheckpointWriter
{
    /// <summary>The largest file, in bytes: what hubs and older file systems take well.</summary>
    public const long MaxShardBytes = 5_000_000_000;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    private static readonly Dictionary<string, string> Metadata = new(StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>Writes all parameters into a folder; a matrix larger than a file may be gets one of its own.</summary>
    /// <param name="whole">Makes a whole buffer by its number where only shards are kept; null where the parameters are whole.</param>
    public static void Write(ParameterSet parameters, string folder, Func<int, Tensor>? whole = null, long maxShardBytes = MaxShardBytes)
    {
        using var reader = new ParameterReader(parameters, whole);
        var shards = Shards(Tensors(parameters, reader), maxShardBytes);
        if (shards is [var all])
        {
            WriteFile(Path.Combine(folder, CheckpointFiles.Weights), all);
            return;
        }

        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:00000}-of-{shards.Count:00000}.safetensors");
            WriteFile(Path.Combine(folder, name), shards[i]);
            shards[i].ForEach(tensor => map.Add(tensor.Name, name));
        }

        var index = new { metadata = new { total_size = shards.SelectMany(s => s).Sum(t => t.Bytes) }, weight_map = map };
        File.WriteAllText(Path.Combine(folder, CheckpointFiles.Index), JsonSerializer.Serialize(index, Readable) + "\n");
    }

    /// <summary>Writes all parameters into one file.</summary>
    public static void WriteOne(ParameterSet parameters, string path, Func<int, Tensor>? whole)
    {
        using var reader = new ParameterReader(parameters, whole);
        WriteFile(path, [.. Tensors(parameters, reader)]);
    }

    private static IEnumerable<PendingTensor> Tensors(ParameterSet parameters, ParameterReader reader)
    {
        foreach (var spec in parameters.Specs)
        {
            var row = 0L;
            foreach (var slice in spec.Slices)
            {
                var first = row;
                yield return new PendingTensor(
                    slice.Name, parameters.Dtype, [slice.Rows, .. spec.Shape[1..]], () => reader[spec].narrow(0, first, slice.Rows));
                row += slice.Rows;
            }
        }
    }

    private static List<List<PendingTensor>> Shards(IEnumerable<PendingTensor> tensors, long limit)
    {
        var shards = new List<List<PendingTensor>> { new() };
        var filled = 0L;
        foreach (var tensor in tensors)
        {
            if (filled > 0 && filled + tensor.Bytes > limit)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(tensor);
            filled += tensor.Bytes;
        }

        return shards;
    }

    private static void WriteFile(string path, List<PendingTensor> tensors)
    {
        using var stream = File.Create(path);
        SafeTensorsWriter.Write(stream, tensors, Metadata);
    }
}
