using System.Text.Json.Serialization;
using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Runs;

namespace DpoSt.Answering;

/// <summary>How a model answers problems.</summary>
/// <param name="MaxPromptTokens">Longer questions are cut, for a model with an encoder.</param>
/// <param name="MaxNewTokens">The most tokens an answer may have.</param>
/// <param name="Slots">Rows decoded together.</param>
/// <param name="UseCalculator">Whether the calculator completes annotations.</param>
/// <param name="Temperature">Zero answers greedily.</param>
/// <param name="TopK">Only the k likeliest tokens are drawn from; 0 draws from all.</param>
/// <param name="TopP">The nucleus.</param>
/// <param name="Seed">Keys the draws.</param>
/// <param name="Bf16">Whether matrix products are computed in bfloat16.</param>
internal sealed record AnswerOptions(
    int MaxPromptTokens, int MaxNewTokens, int Slots, bool UseCalculator, double Temperature, int TopK, double TopP, long Seed, bool Bf16 = false)
{
    /// <summary>How the model that answers computes.</summary>
    [JsonIgnore]
    public TrainingCompute Compute => new(Bf16);
}

/// <summary>Lets a model answer problems, judged against the true answers.</summary>
internal static class Sampling
{
    /// <summary>Samples <paramref name="samples"/> of every problem; completions come problem by problem, then sample by sample.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="problems">What it answers.</param>
    /// <param name="samples">Which samples of each.</param>
    /// <param name="options">How it answers.</param>
    /// <param name="journal">Keeps answers as they come, and gives those of an interrupted start; null keeps none.</param>
    /// <param name="advance">Takes the number of answers so far.</param>
    /// <param name="cancel">Ends the work; what is answered stays in the journal.</param>
    public static IReadOnlyList<Completion> Run(
        ModelBundle bundle, IReadOnlyList<Problem> problems, IReadOnlyList<int> samples, AnswerOptions options, AnswerJournal? journal,
        Action<long> advance, CancellationToken cancel)
    {
        var encoder = new RowEncoder(bundle.Tokenizer, bundle.Format, TokenLimits.None with { Prompt = options.MaxPromptTokens });
        var requests = problems.SelectMany(problem =>
        {
            var prompt = encoder.Question(problem.Question);
            return samples.Select(sample => new GenerationRequest(problem.Id, sample, prompt));
        }).ToList();
        var generator = new Generator(bundle.Model, bundle.Tokenizer, new GenerationOptions(
            options.MaxNewTokens, options.Slots, options.UseCalculator ? bundle.Format.Calculator : null, options.Temperature, options.TopK,
            options.TopP, (ulong)options.Seed));
        var completions = new Completion[requests.Count];
        var done = 0L;
        var found = journal?.Open(Key(bundle, requests, options), requests.Count) ?? [];
        foreach (var answer in found)
        {
            Keep(answer);
        }

        generator.Run(requests, answer =>
        {
            journal?.Add(answer);
            Keep(answer);
        }, cancel, done: found.Select(answer => answer.Index).ToHashSet());
        return completions;

        void Keep(Generated answer)
        {
            var problem = problems[answer.Index / samples.Count];
            completions[answer.Index] = new Completion(
                problem.Id, requests[answer.Index].Sample, options.Seed, answer.Text, Completion.Judge(answer.Text, problem.Ans),
                answer.Ids, answer.Forced, answer.LogProb);
            advance(++done);
        }
    }

    // A draw depends on its request alone, but which of two nearly equal tokens is the greater may depend on how many rows are computed together.
    private static string Key(ModelBundle bundle, List<GenerationRequest> requests, AnswerOptions options) =>
        ContentKey.Of(options, [bundle.Content, .. requests.Select(r => $"{r.Key} {r.Sample} {string.Join(',', r.Prompt)}")]);
}
