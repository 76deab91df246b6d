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
public sealed record ComparisonRow(string Model, string Compared, int Batch, double QuestionsPerS, double BaselinePerS, double Ratio);

/// <summary>Replays the lengths of real answers: slots refilled at once against slots refilled together, and prompts shared by five samples.</summary>
internal sealed class LengthsBench(BenchModel shape, ILanguageModel model, IReadOnlyList<int[]> scripts, CancellationToken cancel)
{
    private const int PromptTokens = 120;
    private const int Samples = 5;
    private readonly ITokenizer ids = IdTokenizer.New(shape.Name, shape.VocabularySize, eos: 1);

    /// <summary>The comparisons at one number of slots.</summary>
    public IEnumerable<ComparisonRow> Run(int batch, int questions, int pairs)
    {
        var options = new GenerationOptions(scripts.Max(s => s.Length), batch, null);
        var single = Requests(questions, 0, 1);
        yield return Compare(
            "continuous / static, one sample", batch, questions, pairs, () => Rate(single, options),
            () => Rate(single, options with { IsStatic = true }));
        // As where every row is computed until the last of its batch is done.
        List<GenerationRequest> padded =
        [
            .. single.Chunk(batch).SelectMany(part => part.Select(request => request with { Script = Led(part.Max(r => r.Script!.Length)) }))
        ];
        yield return Compare(
            "continuous / static and padded, one sample", batch, questions, pairs, () => Rate(single, options),
            () => Rate(padded, options with { IsStatic = true }));
        var shared = Requests(questions / Samples, 0, Samples);
        yield return Compare(
            "continuous / static, five samples", batch, questions / Samples, pairs, () => Rate(shared, options),
            () => Rate(shared, options with { IsStatic = true }));
        var apart = Enumerable.Range(0, Samples).Select(sample => Requests(questions / Samples, sample, 1)).ToArray();
        yield return Compare(
            "five samples / five runs", batch, questions / Samples, pairs, () => Rate(shared, options),
            () => apart.Sum(run => Rate(run, options)));
    }

    private ComparisonRow Compare(string what, int batch, int questions, int pairs, Func<double> first, Func<double> second)
    {
        var times = Measure.Runs(pairs, () => (First: first(), Second: second()));
        return new ComparisonRow(
            shape.Name, what, batch, questions / Measure.Median(times.Select(t => t.First)),
            questions / Measure.Median(times.Select(t => t.Second)), Measure.Median(times.Select(t => t.Second / t.First)));
    }

    private double Rate(List<GenerationRequest> requests, GenerationOptions options) =>
        Measure.Seconds(() => new Generator(model, ids, options).Run(requests, _ => { }, cancel));

    // The ids do not matter, the lengths do: a row is led along ordinary ids and ended where its answer ends.
    private List<GenerationRequest> Requests(int questions, int sample, int samples) =>
        [.. Enumerable.Range(0, questions).SelectMany(q => Enumerable.Range(sample, samples).Select(s => new GenerationRequest(
            $"{q}", s, [.. Enumerable.Range(0, PromptTokens).Select(t => 3 + (7919 * q + 31 * t) % (shape.VocabularySize - 200))],
            Led(scripts[(q * Samples + s) % scripts.Count].Length))))];

    private static int[] Led(int length) => [.. Enumerable.Range(0, length - 1).Select(t => 3 + t % 1000), 1];
}
