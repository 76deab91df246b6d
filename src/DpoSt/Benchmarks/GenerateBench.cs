using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Benchmarks;

/// <summary>Tokens a second of the decode engine on the two models with random weights: 120 prompt tokens, encoding included, 128 new
/// tokens (<c>plain</c>), or led along real answers, each row along another, without (<c>script</c>) and with (<c>calc</c>) the calculator.
/// It calls the engine of <c>dpost generate</c> with its defaults and holds no loop of its own.</summary>
internal sealed class GenerateBench(
    BenchModel shape, string dtype, ILanguageModel model, ITokenizer tokenizer, IReadOnlyList<int[]> scripts, CancellationToken cancel)
{
    private const int PromptTokens = 120;
    private const int NewTokens = 128;

    /// <summary>Rows of one batch size.</summary>
    public IEnumerable<GenerateRow> Run(int batch, int runs, int pairs)
    {
        yield return Plain(batch, runs);
        foreach (var row in pairs == 0 ? [] : Calculated(batch, pairs))
        {
            yield return row;
        }
    }

    private GenerateRow Plain(int batch, int runs)
    {
        var ids = IdTokenizer.New(shape.Name, shape.VocabularySize, eos: -1);
        var requests = Enumerable.Range(0, batch).Select(i => new GenerationRequest($"{i}", 0, Prompt(i))).ToList();
        var generator = new Generator(model, ids, new GenerationOptions(NewTokens, batch, null));
        var rates = Measure.Runs(runs, () => Rate(generator, requests).TokensPerS);
        return Row("plain", batch, rates);
    }

    private IEnumerable<GenerateRow> Calculated(int batch, int pairs)
    {
        var requests = Enumerable.Range(0, 4 * batch).Select(i => new GenerationRequest($"{i}", 0, Prompt(i))).ToList();
        var options = new GenerationOptions(scripts.Max(s => s.Length), batch, null);
        var (script, calc) = (Led(options), Led(options with { Calculator = shape.Format.Calculator }));
        var runs = Measure.Runs(pairs, () => (Script: Rate(script, requests), Calc: Rate(calc, requests)));
        yield return Row("script", batch, [.. runs.Select(run => run.Script.TokensPerS)]);
        yield return Row("calc", batch, [.. runs.Select(run => run.Calc.TokensPerS)]) with
        {
            RatioToScript = Measure.Median(runs.Select(run => run.Calc.TokensPerS / run.Script.TokensPerS)),
            Ceiling = 1 / (1 - runs[0].Calc.ForcedShare),
        };
    }

    private Generator Led(GenerationOptions options) => new(model, tokenizer, options)
    {
        Chooser = new ScriptedChooser(
            [.. Enumerable.Range(0, 4 * options.Slots).Select(i => scripts[i % scripts.Count])], new Sampler()),
    };

    private (double TokensPerS, double ForcedShare) Rate(Generator generator, List<GenerationRequest> requests)
    {
        var (tokens, forced) = (0, 0);
        var seconds = Measure.Seconds(() => generator.Run(requests,
            answer => (tokens, forced) = (tokens + answer.Ids.Length, forced + answer.Forced),
            cancel));
        return (tokens / seconds, (double)forced / tokens);
    }

    private GenerateRow Row(string mode, int batch, double[] rates) =>
        new(shape.Name, dtype, mode, batch, Measure.Median(rates), [rates.Min(), rates.Max()]);

    private int[] Prompt(int i) => shape.RandomIds((ulong)i, PromptTokens);
}
