using System.Text.Json;
using DpoSt.Answering.Elsewhere;
using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Verification;

namespace DpoSt.Answering;

/// <summary>Lets a model answer problems, by all ranks of a group together, judged against the true answers.</summary>
internal sealed class Answerer(ModelBundle bundle, RunContext context, IVerifier verifier) : IAnswerer
{
    /// <summary>
    /// Samples <paramref name="samples"/> of every problem; completions come problem by problem, then sample by sample, and are the
    /// same for any number of ranks.
    /// </summary>
    public IReadOnlyList<Completion> Run(
        IReadOnlyList<Problem> problems, IReadOnlyList<int> samples, AnswerOptions options, AnswerJournal? journal, Action<long> advance)
    {
        var group = context.Group;
        if (group.Size == 1)
        {
            return Alone(problems, samples, options, journal, advance);
        }

        var total = (long)problems.Count * samples.Count;
        var shares = Shares([.. problems.Select(p => p.Question.Length)], group.Size);
        Problem[] mine = [.. shares[group.Rank].Select(p => problems[p])];
        // The others are about as far as this rank.
        var found = mine.Length == 0 ? [] : Alone(mine, samples, options, journal, done => advance(Math.Min(total, done * group.Size)));
        var parts = group.Gather(JsonSerializer.SerializeToUtf8Bytes(found, AnswerJournal.Json));
        var completions = new Completion[total];
        foreach (var (share, part) in shares.Zip(parts))
        {
            foreach (var (i, completion) in JsonSerializer.Deserialize<Completion[]>(part, AnswerJournal.Json)!.Index())
            {
                completions[share[i / samples.Count] * samples.Count + i % samples.Count] = completion;
            }
        }

        return completions;
    }

    /// <summary>Which items each rank takes: dealt out from the longest on, there and back, so that all have about as much.</summary>
    public static int[][] Shares(IReadOnlyList<int> lengths, int ranks)
    {
        var order = Enumerable.Range(0, lengths.Count).OrderByDescending(i => lengths[i]).ToArray();
        return [.. Enumerable.Range(0, ranks).Select(rank => order.Where((_, i) => Owner(i) == rank).Order().ToArray())];

        int Owner(int i) => i / ranks % 2 == 0 ? i % ranks : ranks - 1 - i % ranks;
    }

    private Completion[] Alone(
        IReadOnlyList<Problem> problems, IReadOnlyList<int> samples, AnswerOptions options, AnswerJournal? journal, Action<long> advance)
    {
        var encoder = bundle.Encoder(TokenLimits.None with { Prompt = options.MaxPromptTokens });
        var requests = problems.SelectMany(problem =>
        {
            var prompt = encoder.Question(problem.Question);
            return samples.Select(sample => new GenerationRequest(problem.Id, sample, prompt));
        }).ToList();
        var decoding = options.Decoding with { Calculator = options.UseCalculator ? bundle.Format.Calculator : null };
        var completions = new Completion[requests.Count];
        var count = 0L;
        var found = journal?.Open(Key(requests, options), requests.Count) ?? [];
        foreach (var answer in found)
        {
            Keep(answer);
        }

        var done = found.Select(answer => answer.Index).ToHashSet();
        if (options.Server is { } server)
        {
            new ServerGenerator(server, bundle, decoding, context.Reporter.Note).Run(requests, Take, done, context.Cancel);
        }
        else
        {
            new Generator(bundle.Model, bundle.Tokenizer, decoding) { Ends = bundle.Ends }.Run(requests, Take, context.Cancel, done: done);
        }

        return completions;

        void Take(Generated answer)
        {
            journal?.Add(answer);
            Keep(answer);
        }

        void Keep(Generated answer)
        {
            var problem = problems[answer.Index / samples.Count];
            var sample = requests[answer.Index].Sample;
            completions[answer.Index] = Completion.Of(problem, sample, (long)decoding.Seed, answer.Text, verifier) with
            {
                Ids = options.Engine is null ? answer.Ids : null,
                CalculatorTokens = answer.Forced,
                LogProb = options.Engine is null ? answer.LogProb : null,
            };
            advance(++count);
        }
    }

    // A draw depends on its request alone, but which of two nearly equal tokens is greater may depend on the rows computed together.
    private string Key(List<GenerationRequest> requests, AnswerOptions options) =>
        ContentKey.Of(options, [bundle.Content, .. requests.Select(r => $"{r.Key} {r.Sample} {string.Join(',', r.Prompt)}")]);
}
