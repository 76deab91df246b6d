using DpoSt.Hub;
using DpoSt.Models.Adapters;
using DpoSt.Models.Checkpoints;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Models.Gguf;

/// <summary>Writes a model as one GGUF file, which llama.cpp and Ollama read, with its tokenizer and chat template inside.</summary>
internal static class GgufExport
{
    /// <summary>Writes the file, and a Modelfile for Ollama beside it. Both appear whole or not at all.</summary>
    /// <param name="folder">A decoder in Hugging Face layout.</param>
    /// <param name="advance">Hears how many tensors are written, and of how many.</param>
    /// <returns>The path of the Modelfile.</returns>
    /// <exception cref="UserErrorException">The model or its tokenizer is of a kind that is not exported, or a file cannot be
    /// written.</exception>
    public static string Run(string folder, string file, GgufType type, Action<int, int> advance)
    {
        ArgumentNullException.ThrowIfNull(advance);
        var recipe = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "Modelfile");
        if ((AtomicFile.Replaces(file) ? file : AtomicFile.Replaces(recipe) && !IsOwn(recipe) ? recipe : null) is { } taken)
        {
            throw new UserErrorException($"{taken} is there already, and would be replaced: remove it, or name another place for --gguf.");
        }

        if (AdapterFolder.Is(folder))
        {
            throw new UserErrorException($"{folder} is an adapter: write it as a model first (dpost merge {folder} --output DIR).");
        }

        var (family, checkpoint) = ModelFolder.Open(folder);
        using var opened = checkpoint;
        using var config = ModelJson.Parse(Path.Combine(folder, CheckpointFiles.Config));
        var model = new GgufModel(
            family.Decoder ?? throw new UserErrorException($"{folder}: only decoders are exported as GGUF, and this model has an encoder."),
            checkpoint, config.RootElement, folder);
        (string, object)[] facts =
        [
            .. model.Facts(), ("general.name", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))),
            ("general.file_type", type switch { GgufType.F32 => 0u, GgufType.F16 => 1u, GgufType.Q8 => 7u, _ => 32u }),
            ("general.quantization_version", 2u), .. GgufVocabulary.Facts(folder, family.Decoder!.VocabSize),
        ];
        GgufTensor[] tensors = [.. model.Tensors(type)];
        var done = 0;
        AtomicFile.Write(file, stream =>
        {
            using var writer = new GgufWriter(stream);
            writer.Write(facts, [.. tensors.Select(tensor => tensor with { Numbers = () => Next(tensor) })]);
        });
        var tokenizer = TokenizerLoader.Load(folder);
        AtomicFile.WriteAllText(
            recipe, $"FROM ./{Path.GetFileName(file)}\nPARAMETER temperature 0\nPARAMETER stop \"{tokenizer.PieceOf(tokenizer.EosId)}\"\n");
        return recipe;

        // One that an earlier export has written names that export's file.
        static bool IsOwn(string recipe) => WholeFile.ReadLines(recipe).Take(4).ToArray()
            is [['F', 'R', 'O', 'M', ' ', '.', '/', ..], "PARAMETER temperature 0", ['P', 'A', 'R', 'A', 'M', 'E', 'T', 'E', 'R', ' ', ..]];

        float[] Next(GgufTensor tensor)
        {
            advance(++done, tensors.Length);
            return tensor.Numbers();
        }
    }
}
