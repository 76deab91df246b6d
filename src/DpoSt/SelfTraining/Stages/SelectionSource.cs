using DpoSt.Text.Chat;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Hub;
using DpoSt.Runs;

namespace DpoSt.SelfTraining.Stages;

/// <summary>What pairs and pseudo-labels are chosen from.</summary>
internal sealed record SelectionSource(
    string Tokenizer, IReadOnlyList<(RunName Run, string File)> Labelled, SelectionOptions Options, PromptOptions Prompt)
{
    /// <summary>The files that the choice depends on.</summary>
    public IReadOnlyList<StageInput> Inputs =>
        [.. Labelled.Select(l => new StageInput($"samples of {l.Run}", l.File)), new("tokenizer", Tokenizer, CheckpointFiles.Tokenizers)];

    /// <summary>What knows the tokens of a text.</summary>
    public RowEncoder NewEncoder()
    {
        ModelBundle.CheckFolder(Tokenizer);
        return RowEncoder.Of(Tokenizer, Prompt);
    }

    /// <summary>All questions with the samples of all runs.</summary>
    public IReadOnlyList<LabelledQuestion> Questions() =>
        LabelledQuestion.Merge([.. Labelled.Select(l => LabelledQuestionFile.Read(l.File))]);
}
