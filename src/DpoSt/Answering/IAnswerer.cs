using DpoSt.Data;

namespace DpoSt.Answering;

/// <summary>Answers problems: a model of one's own, or one at a server that is asked in conversations.</summary>
internal interface IAnswerer
{
    /// <summary>Samples of every problem, problem by problem, then sample by sample.</summary>
    /// <param name="problems">The problems.</param>
    /// <param name="samples">The numbers of the samples.</param>
    /// <param name="options">How they are drawn.</param>
    /// <param name="journal">Keeps answers as they come; null keeps none.</param>
    /// <param name="advance">Is told how many there are.</param>
    IReadOnlyList<Completion> Run(
        IReadOnlyList<Problem> problems, IReadOnlyList<int> samples, AnswerOptions options, AnswerJournal? journal, Action<long> advance);
}
