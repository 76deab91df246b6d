using DpoSt.Hub;
using DpoSt.Models.Adapters;
using DpoSt.Models.Checkpoints;
using static TorchSharp.torch;

namespace DpoSt.Answering;

/// <summary>Makes a model of its own from an adapter.</summary>
internal static class AdapterMerge
{
    /// <summary>Writes the adapter's model with what the adapter adds in its weights, in fp32.</summary>
    /// <param name="adapter">The adapter's folder.</param>
    /// <param name="output">The new model's folder, which appears whole or not at all.</param>
    /// <exception cref="UserErrorException">The adapter or its model cannot be read, or the new one's place is taken.</exception>
    public static void Run(string adapter, string output)
    {
        ModelBundle.CheckFolder(adapter);
        if (Path.Exists(output) && !(Directory.Exists(output) && !Directory.EnumerateFileSystemEntries(output).Any()))
        {
            throw new UserErrorException($"{output} is there already: name a new folder for the merged model.");
        }

        using var model = AdapterModels.Merged(adapter, CPU);
        ModelFolder.Save(model, AdapterFolder.ModelOf(adapter), output, seal: draft =>
        {
            // The adapter's own tokenizer and template, which it was trained with, go before its model's.
            foreach (var name in CheckpointFiles.Tokenizers.Where(name => File.Exists(Path.Combine(adapter, name))))
            {
                File.Copy(Path.Combine(adapter, name), Path.Combine(draft, name), overwrite: true);
            }
        });
    }
}
