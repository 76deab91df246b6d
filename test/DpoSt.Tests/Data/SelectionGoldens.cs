using System.Text.Json;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Text;
using Microsoft.ML.Tokenizers;

namespace DpoSt.Tests.Data;

/// <summary>The shared generations with what the paper's repository made of them, and token sets as its tokenizers give them.</summary>
internal sealed class SelectionGoldens
{
    private readonly Lazy<SentencePieceTokenizer> tokenizer;

    public SelectionGoldens(string family)
    {
        Family = family;
        Format = family == "t5" ? PromptFormat.T5 : PromptFormat.Llama;
        tokenizer = new(() => family == "t5" ? SharedTokenizers.T5() : SharedTokenizers.Llama2());
    }

    public string Family { get; }

    public PromptFormat Format { get; }

    /// <summary>Without special tokens: the paper's code compares bare pieces.</summary>
    public IReadOnlyCollection<int> Tokenize(string text) =>
        tokenizer.Value.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false);

    public string File(params string[] parts) => SharedFolder.Path(["fixtures", "data-prep", Family, .. parts]);

    public JsonElement Json(string name) => JsonDocument.Parse(System.IO.File.ReadAllText(File(name))).RootElement;

    /// <summary>The labelled questions of the runs that a golden names, joined.</summary>
    public static IReadOnlyList<LabelledQuestion> Questions(JsonElement golden) =>
        LabelledQuestion.Merge(golden.GetProperty("data_dir_lst").EnumerateArray()
            .Select(run => SharedFolder.Path("fixtures", "data-prep", run.GetString()!, "train_dpo_data.jsonl"))
            .Select(LabelledQuestionFile.Read));
}
