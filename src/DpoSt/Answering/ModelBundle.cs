using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Runs;
using DpoSt.Text;
using DpoSt.Text.Chat;
using DpoSt.Text.Tokenizers;
using static TorchSharp.torch;

namespace DpoSt.Answering;

/// <summary>A model with what belongs to it: its tokenizer and the form its family writes rationales in.</summary>
internal sealed record ModelBundle(string Folder, ILanguageModel Model, ITokenizer Tokenizer, PromptFormat Format) : IDisposable
{
    private readonly Lazy<string> content = new(() => ModelInputs.KeyOf(Folder));

    /// <summary>The content of its folder, and of the model below an adapter, read once: weights are gigabytes.</summary>
    public string Content => content.Value;

    /// <summary>The name of its folder, by which servers know it.</summary>
    public string Name => NameOf(Folder);

    /// <summary>The name of a model in a folder.</summary>
    public static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>
    /// The ids that end a text: those that its folder names, and the tokenizer's, which training puts at an answer's end.
    /// </summary>
    public IReadOnlySet<int> Ends { get; } = new HashSet<int>([Tokenizer.EosId, .. ModelFolder.EndsOf(Folder)]);

    /// <summary>Loads a model and its tokenizer from a folder in Hugging Face layout, and says once what it is.</summary>
    /// <exception cref="UserErrorException">The folder is not a checkpoint, or the tokenizer's end is not an id of the model.</exception>
    public static ModelBundle Load(
        string folder, PromptOptions prompt, RunContext context, bool toRead = false, TrainingCompute? compute = null)
    {
        CheckFolder(folder);
        context.NoteOnce($"  {Shown.Path(folder)}: {ModelFolder.Describe(folder)}");
        var bundle = Load(folder, prompt, context.Device, toRead, compute);
        context.NoteOnce($"  the model is given {bundle.Format.Source}");
        return bundle;
    }

    private static ModelBundle Load(string folder, PromptOptions prompt, Device device, bool toRead, TrainingCompute? compute)
    {
        var texts = ModelFolder.TextsOf(folder);
        var tokenizer = TokenizerLoader.Load(texts);
        var format = PromptFormats.Of(texts, ModelFolder.IsCausal(folder), prompt);
        var model = toRead
            ? ModelFolder.LoadToRead(folder, device, compute?.Products ?? ScalarType.Float32)
            : ModelFolder.Load(folder, device, compute);
        if (tokenizer.EosId >= model.VocabularySize)
        {
            model.Dispose();
            throw new UserErrorException(
                $"the tokenizer in {folder} ends texts with number {tokenizer.EosId}, "
                + $"but the model there knows only {model.VocabularySize}: "
                + "they do not belong together.");
        }

        if (tokenizer.VocabularySize > model.VocabularySize)
        {
            tokenizer = new BoundedTokenizer(tokenizer, model.VocabularySize, folder);
        }

        return new ModelBundle(folder, model, tokenizer, format);
    }

    /// <summary>Loads a folder for work on token ids, which needs no tokenizer files; where there are none, texts are refused.</summary>
    /// <exception cref="UserErrorException">The folder is not a checkpoint.</exception>
    public static ModelBundle LoadForIds(
        string folder, Device device, ScalarType products = ScalarType.Float32, PromptOptions? prompt = null)
    {
        CheckFolder(folder);
        if (TokenizerLoader.IsIn(ModelFolder.TextsOf(folder)))
        {
            return Load(folder, prompt ?? new(), device, toRead: true, new TrainingCompute(products == ScalarType.BFloat16));
        }

        var model = ModelFolder.LoadToRead(folder, device, products);
        if (ModelFolder.EndsOf(folder) is not [var end, ..])
        {
            model.Dispose();
            throw new UserErrorException(
                $"{folder}: neither generation_config.json nor config.json names an eos_token_id, so it is not known what ends a text.");
        }

        return new ModelBundle(
            folder, model, IdTokenizer.New(folder, model.VocabularySize, end), model.IsCausal ? PromptFormat.Llama : PromptFormat.T5);
    }

    /// <summary>A model's folder must be there before anything is read from it.</summary>
    /// <exception cref="UserErrorException">There is no such folder.</exception>
    public static void CheckFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException(
                $"{folder}: there is no such model folder; expected config.json, model.safetensors and a tokenizer in it: "
                + "check the path (where a configuration names it: model.model_path, trainer.output_dir and DATA_DIR).");
        }
    }

    /// <summary>What makes token ids of texts as they are, with the tokenizer's special tokens and without any template.</summary>
    public RowEncoder PlainEncoder => new(Tokenizer, Format.IsCausal ? PromptFormat.Bare : Format, TokenLimits.None);

    /// <summary>What makes token ids of rows for this model.</summary>
    public RowEncoder Encoder(TokenLimits limits) => new(Tokenizer, Format, limits, Ends);

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
