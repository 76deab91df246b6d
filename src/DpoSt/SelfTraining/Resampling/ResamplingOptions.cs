using System.Text.Json.Serialization;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Runs;
using DpoSt.SelfTraining.Stages;

namespace DpoSt.SelfTraining.Resampling;

/// <summary>How often and what a model in training is asked anew (semi-online training).</summary>
/// <param name="Every">Steps between two samplings.</param>
/// <param name="QuestionsAtOnce">How many questions each asks, all in their turn; null is all.</param>
/// <param name="Samples">Answers to each.</param>
/// <param name="Answers">How they are drawn.</param>
/// <param name="Selection">How rows or pairs are chosen from them.</param>
/// <param name="Questions">The questions: a stage's inputs, and what judges answers to them.</param>
internal sealed record ResamplingOptions(
    long Every, int? QuestionsAtOnce, int Samples, AnswerOptions Answers, SelectionOptions Selection,
    [property: JsonIgnore] QuestionSet Questions)
{
    /// <summary>What judges them.</summary>
    public object Verifier => Questions.Verifier;

    /// <summary>Answers that a training of so many steps draws; the first rows are given to it.</summary>
    public long AnswersIn(long steps, long questions) =>
        (steps - 1) / Every * Samples * Math.Min(questions, QuestionsAtOnce ?? questions);

    /// <summary>The same, in words, behind the cost of a training; nothing where there is none.</summary>
    public static string Cost(ResamplingOptions? options, Func<long> steps) => options is null ? ""
        : $", and {options.AnswersIn(steps(), options.Questions.Load().Count)} answers on the way";

    /// <summary>Refuses what cannot resample.</summary>
    /// <exception cref="UserErrorException">More than one process trains.</exception>
    public static void Check(ResamplingOptions? options, RunContext context)
    {
        if (options is not null && context.Group.Size > 1)
        {
            throw new UserErrorException(
                $"trainer.resample_every is {options.Every}, which samples in one process, but there are {context.Group.Size}: "
                + "run it without --nproc.");
        }
    }
}
