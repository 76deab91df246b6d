using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Runs;
using DpoSt.Verification;

namespace DpoSt.Answering.Elsewhere;

/// <summary>Has a larger model at an OpenAI-compatible server answer problems, each as a conversation of its own, which the server puts
/// into that model's template. Seeds are keyed by problem and sample, as far as the server keeps to them.</summary>
/// <param name="server">The server; its model is named.</param>
/// <param name="system">What the model is told before every question; null or empty tells it nothing.</param>
/// <param name="context">Where the stage works, and for whom. The first rank asks alone.</param>
/// <param name="verifier">What judges the answers.</param>
internal sealed class TeacherAnswerer(SamplingServer server, string? system, RunContext context, IVerifier verifier) : IAnswerer
{
    private const int SignBit = 1;                            // JSON's numbers are signed in many programs

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">The server lacks the model, refuses, or cannot be asked; what is answered is in the journal.
    /// </exception>
    public IReadOnlyList<Completion> Run(
        IReadOnlyList<Problem> problems, IReadOnlyList<int> samples, AnswerOptions options, AnswerJournal? journal, Action<long> advance)
    {
        if (!context.IsFirst)
        {
            return [];
        }

        var completions = new Completion[problems.Count * samples.Count];
        var count = 0L;
        var key = ContentKey.Of(
            new { options, system },
            problems.SelectMany(problem => samples.Select(sample => $"{problem.Id} {sample} {problem.Question}")));
        var found = journal?.Open(key, completions.Length) ?? [];
        foreach (var answer in found)
        {
            Keep(answer);
        }

        RunAsync().GetAwaiter().GetResult();
        return completions;

        async Task RunAsync()
        {
            var waiting = Enumerable.Range(0, completions.Length).Except(found.Select(answer => answer.Index)).ToList();
            if (waiting.Count == 0)
            {
                return;
            }

            using var client = new ServerClient(server, context.Reporter.Note);
            server.CheckHas(
                server.Model!, await client.ModelsAsync(context.Cancel).ConfigureAwait(false), "name one of them as loop.teacher.model");
            var door = new Lock();
            var most = new ParallelOptions { MaxDegreeOfParallelism = server.Concurrency, CancellationToken = context.Cancel };
            await System.Threading.Tasks.Parallel.ForEachAsync(waiting, most, async (index, token) =>
            {
                var (text, isWhole) = await AskAsync(
                    client, problems[index / samples.Count], samples[index % samples.Count], options.Decoding, token).ConfigureAwait(false);
                lock (door)
                {
                    var answer = new Generated(index, [], text, 0, isWhole, double.NaN);
                    journal?.Add(answer);
                    Keep(answer);
                }
            }).ConfigureAwait(false);
        }

        void Keep(Generated answer)
        {
            completions[answer.Index] = Completion.Of(
                problems[answer.Index / samples.Count], samples[answer.Index % samples.Count], (long)options.Decoding.Seed, answer.Text,
                verifier);
            advance(++count);
        }
    }

    private Task<(string Text, bool IsWhole)> AskAsync(
        ServerClient client, Problem problem, int sample, GenerationOptions decoding, CancellationToken cancel) => client.ChatAsync(
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["model"] = server.Model,
            ["messages"] = (object[])
            [
                .. string.IsNullOrEmpty(system) ? (object[])[] : [new { role = "system", content = system }],
                new { role = "user", content = problem.Question },
            ],
            ["max_tokens"] = decoding.MaxNewTokens,
            ["temperature"] = decoding.Temperature,
            ["top_p"] = decoding.TopP,
            ["seed"] = (long)(CounterRandom.Bits(decoding.Seed, CounterRandom.KeyOf(problem.Id), (ulong)sample) >> SignBit),
        },
        body =>
        {
            var choice = body.GetProperty("choices")[0];
            return (
                choice.GetProperty("message").GetProperty("content").GetString() ?? throw new FormatException("its message has no text"),
                choice.GetProperty("finish_reason").GetString() == "stop");
        },
        cancel);
}
