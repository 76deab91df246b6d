using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Benchmarks;

/// <summary>Two ways to do the same work, and their rates in questions a second.</summary>
/// <param name="Model">t5 or llama.</param>
/// <param name="Compared">What is compared: continuous with static batching, whose rows end with their answers or are padded to the longest
/// of their batch, or five samples a question with five runs.</param>
/// <param name="Batch">Rows decoded together.</param>
/// <param name="QuestionsPerS">The first way, the median.</param>
/// <param name="BaselinePerS">The second.</param>
/// <param name="Ratio">The median over pairs of runs.</param>
internal sealed record ComparisonRow(string Model, string Compared, int Batch, double QuestionsPerS, double BaselinePerS, double Ratio);

/// <summary>Replays the lengths of real answers: slots refilled at once or together, and prompts shared by five samples.</summary>
internal sealed class LengthsBench(BenchModel shape, ILanguageModel model, IReadOnlyList<int[]> scripts, CancellationToken cancel)
{
    private const int PromptTokens = 120;
    private const int Samples = 5;
    private readonly ITokenizer ids = IdTokenizer.New(shape.Name, shape.VocabularySize, eos: 1);

    /// <summary>The comparisons at one number of slots.</summary>
    public IEnumerable<ComparisonRow> Run(int batch, int questions, int pairs)
    {
        var single = Answers(questions, 0, 1);
        yield return Compare("continuous / static, one sample", batch, questions, pairs, () => Continuous(single), () => Static(single));
        // As where every row is computed until the last of its batch is done.
        List<Answer> padded = [.. single.Chunk(batch).SelectMany(
            part => part.Select(answer => answer with { Script = Led(part.Max(a => a.Script.Length)) }))];
        yield return Compare(
            "continuous / static and padded, one sample", batch, questions, pairs, () => Continuous(single), () => Static(padded));
        var shared = Answers(questions / Samples, 0, Samples);
        yield return Compare(
            "continuous / static, five samples", batch, questions / Samples, pairs, () => Continuous(shared), () => Static(shared));
        var apart = Enumerable.Range(0, Samples).Select(sample => Answers(questions / Samples, sample, 1)).ToArray();
        yield return Compare(
            "five samples / five runs", batch, questions / Samples, pairs, () => Continuous(shared), () => apart.Sum(Continuous));

        double Continuous(List<Answer> answers) => Seconds(answers, batch, refillAt: null);
        double Static(List<Answer> answers) => Seconds(answers, batch, refillAt: batch);
    }

    private ComparisonRow Compare(string what, int batch, int questions, int pairs, Func<double> first, Func<double> second)
    {
        var times = Measure.Runs(pairs, () => (First: first(), Second: second()));
        return new ComparisonRow(
            shape.Name, what, batch, questions / Measure.Median(times.Select(t => t.First)),
            questions / Measure.Median(times.Select(t => t.Second)), Measure.Median(times.Select(t => t.Second / t.First)));
    }

    private double Seconds(List<Answer> answers, int slots, int? refillAt)
    {
        var options = new GenerationOptions(scripts.Max(s => s.Length), slots, null);
        var generator = new Generator(model, ids, options)
        {
            Chooser = new ScriptedChooser([.. answers.Select(answer => answer.Script)], new Sampler()),
            RefillAt = refillAt,
        };
        GenerationRequest[] requests = [.. answers.Select(answer => answer.Request)];
        return Measure.Seconds(() => generator.Run(requests, _ => { }, cancel));
    }

    // The ids do not matter, the lengths do: a row is led along ordinary ids and ended where its answer ends.
    private List<Answer> Answers(int questions, int sample, int samples) =>
        [.. Enumerable.Range(0, questions).SelectMany(q => Enumerable.Range(sample, samples).Select(s => new Answer(new GenerationRequest(
                $"{q}", s, [.. Enumerable.Range(0, PromptTokens).Select(t => 3 + (7919 * q + 31 * t) % (shape.VocabularySize - 200))]),
            Led(scripts[(q * Samples + s) % scripts.Count].Length))))];

    private static int[] Led(int length) => [.. Enumerable.Range(0, length - 1).Select(t => 3 + t % 1000), 1];

    private sealed record Answer(GenerationRequest Request, int[] Script);
}
