using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Runs;

namespace DpoSt.SelfTraining.Resampling;

/// <summary>Asks a model in training. Draws depend on (seed, step, problem, sample, position) alone, and so does who is asked.</summary>
internal sealed class Resampler(ResamplingOptions options, ModelBundle policy, RunContext context)
{
    private readonly IReadOnlyList<Problem> problems = options.Questions.Load();

    /// <summary>Questions with answers of the model as it is behind a step.</summary>
    public IReadOnlyList<LabelledQuestion> At(long step)
    {
        var (asked, decoding) = (Asked(step), options.Answers.Decoding);
        var answers = options.Answers with { Decoding = decoding with { Seed = CounterRandom.Bits(decoding.Seed, (ulong)step) } };
        var completions = new Answerer(policy, context, options.Questions.Judge).Run(
            asked, [.. Enumerable.Range(0, options.Samples)], answers, null,
            done => context.Reporter.Part("answers of the model as it is", done, asked.Count * options.Samples));
        return LabelledQuestion.From(asked, completions);
    }

    /// <summary>What is worth watching of some answers, and a sentence on them.</summary>
    /// <param name="rows">How many rows, or pairs, were chosen.</param>
    /// <param name="unit">What they are called.</param>
    public static (IReadOnlyList<KeyValuePair<string, double>> Metrics, string Said) Tell(
        IReadOnlyList<LabelledQuestion> answered, int rows, string unit)
    {
        var right = answered.Sum(question => question.Positives.Count);
        var all = right + answered.Sum(question => question.Negatives.Count);
        return (
            [new("resampled/right", (double)right / all), new("resampled/rows", rows)],
            $"{Counted.Of(answered.Count, "question")} answered anew, {right} of {all} answers right: "
            + (rows > 0 ? Counted.Of(rows, unit) : $"no {unit}, so the earlier ones stay"));
    }

    private IReadOnlyList<Problem> Asked(long step) => options.QuestionsAtOnce is { } count && count < problems.Count
        ? [.. Turn((step / options.Every) - 1, count, problems.Count, options.Answers.Decoding.Seed).Select(i => problems[i])] : problems;

    /// <summary>Who is asked in a sampling, from number 0 on: every question once before any is asked again.</summary>
    internal static IEnumerable<int> Turn(long sampling, int count, int questions, ulong seed)
    {
        var order = Enumerable.Range(0, questions).ToArray();
        CounterRandom.Shuffle<int>(order, seed);
        return Enumerable.Range(0, count).Select(i => order[((sampling * count) + i) % questions]).Order();
    }
}
