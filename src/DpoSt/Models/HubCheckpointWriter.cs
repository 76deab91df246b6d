using System.Globalization;
using System.Text.Json;
using DpoSt.Hub;
using DpoSt.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>Writes weights as transformers does: one model.safetensors, or above a size numbered shards with an index.</summary>
internal static class HubCheckpointWriter
{
    /// <summary>The largest file, in bytes: what hubs and older file systems take well.</summary>
    public const long MaxShardBytes = 5_000_000_000;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    private static readonly Dictionary<string, string> Metadata = new(StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>Writes all parameters into a folder; a matrix larger than a shard gets one of its own.</summary>
    public static void Write(ParameterSet parameters, string folder, long maxShardBytes = MaxShardBytes)
    {
        using var scope = NewDisposeScope();
        var shards = Shards(Tensors(parameters), maxShardBytes);
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
            shards[i].ForEach(tensor => map.Add(tensor.Key, name));
        }

        var index = new { metadata = new { total_size = shards.SelectMany(s => s).Sum(Bytes) }, weight_map = map };
        File.WriteAllText(Path.Combine(folder, CheckpointFiles.Index), JsonSerializer.Serialize(index, Readable) + "\n");
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Tensors(ParameterSet parameters)
    {
        foreach (var spec in parameters.Specs)
        {
            var row = 0L;
            foreach (var slice in spec.Slices)
            {
                yield return KeyValuePair.Create(slice.Name, parameters[spec.Name].detach().narrow(0, row, slice.Rows));
                row += slice.Rows;
            }
        }
    }

    private static List<List<KeyValuePair<string, Tensor>>> Shards(IEnumerable<KeyValuePair<string, Tensor>> tensors, long limit)
    {
        var shards = new List<List<KeyValuePair<string, Tensor>>> { new() };
        var filled = 0L;
        foreach (var tensor in tensors)
        {
            if (filled > 0 && filled + Bytes(tensor) > limit)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(tensor);
            filled += Bytes(tensor);
        }

        return shards;
    }

    private static long Bytes(KeyValuePair<string, Tensor> tensor) => tensor.Value.numel() * tensor.Value.element_size();

    private static void WriteFile(string path, List<KeyValuePair<string, Tensor>> tensors)
    {
        using var stream = File.Create(path);
        SafeTensorsWriter.Write(stream, tensors, Metadata);
        stream.Flush(flushToDisk: true);
    }
}
