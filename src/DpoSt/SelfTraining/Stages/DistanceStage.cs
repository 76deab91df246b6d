using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Evaluation;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Text.Chat;
using DpoSt.Training.Metrics;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Estimates how far preference tuning has taken a policy from its reference, KL(policy, reference) a whole answer in nats: the
/// mean difference of the two models' log-probabilities of answers that the policy draws to training questions, at temperature 1, from all
/// tokens, without the calculator. So the draws are the policy's own and the estimate has no bias.</summary>
internal sealed record DistanceStage(
    string Name, RunName Run, string Policy, string Reference, QuestionSet Questions, AnswerOptions Answers, ExperimentFolder Folder,
    PromptOptions Prompt) : IStage
{
    /// <summary>Answers of an estimate: its standard error is told, and few are enough to see a nat.</summary>
    private const int Draws = 200;

    private AnswerOptions Drawing => Answers with
    {
        UseCalculator = false,
        Decoding = Answers.Decoding with { Temperature = 1, TopK = 0, TopP = 1 },
    };

    public object Options => new { Answers = Drawing, Draws, Prompt };

    public IReadOnlyList<StageInput> Inputs =>
        [.. ModelInputs.Of(Policy), new("reference", Reference), .. Questions.Inputs];

    public IReadOnlyList<string> Outputs => [Folder.Distance(Run)];

    public string Cost(RunContext context, bool isReady) => $"{Math.Min(Draws, Questions.Load().Count)} answers";

    string IStage.Run(RunContext context, Provenance? made)
    {
        var asked = Asked(Questions.Load());
        context.Reporter.Begin(
            Name, $"{Shown.Path(Policy)} answers {Counted.Of(asked.Count, "question")}, {Shown.Path(Reference)} scores the answers",
            asked.Count, "answers");
        var alone = context with { Group = new SingleProcess() };
        var (rows, own) = Drawn(asked, alone);
        var other = Scored(Reference, rows, alone);
        var distance = PolicyDistance.Of(Run.Text, [.. own.Zip(other, (p, r) => p - r)]);
        PolicyDistanceFile.Write(Outputs[0], distance);
        ResultsFile.Measure(Folder.Results, Run.Text, "kl_to_reference", distance.Kl);
        if (Metrics() is { } lines && LogProbChange.Of(new TrainingCurve(Run.Text, lines)) is { } change)
        {
            ResultsFile.Measure(Folder.Results, Run.Text, "logps_chosen_change", change.ChosenLast - change.ChosenFirst);
            ResultsFile.Measure(Folder.Results, Run.Text, "logps_rejected_change", change.RejectedLast - change.RejectedFirst);
        }

        return Invariant($"{distance.Kl:0.00} nats an answer (standard error {distance.StandardError:0.00})");
    }

    // What the training wrote down beside its model.
    private IReadOnlyList<IReadOnlyDictionary<string, double>>? Metrics() =>
        Path.Combine(Policy, MetricsFile.Name) is var file && File.Exists(file) ? MetricsFile.Read(file) : null;

    private (ScoredRow[] Rows, double[] Scores) Drawn(IReadOnlyList<Problem> asked, RunContext context)
    {
        using var bundle = ModelBundle.Load(Policy, Prompt, context, toRead: true, Answers.Compute);
        var encoder = bundle.Encoder(TokenLimits.None with { Prompt = Answers.MaxPromptTokens });
        var answers = new Answerer(bundle, context, Questions.Judge).Run(asked, [0], Drawing, null, context.Reporter.Advance);
        ScoredRow[] rows = [.. asked.Zip(answers, (problem, answer) => new ScoredRow(
            encoder.Question(problem.Question), answer.Ids!, [.. answer.Ids!.Select(_ => true)]))];
        return (rows, Scores("answers scored by their model", bundle, rows, context));
    }

    private double[] Scored(string model, ScoredRow[] rows, RunContext context)
    {
        using var bundle = ModelBundle.Load(model, Prompt, context, toRead: true, Answers.Compute);
        return Scores("answers scored by the reference", bundle, rows, context);
    }

    private static double[] Scores(string what, ModelBundle bundle, ScoredRow[] rows, RunContext context) =>
        [
            .. Scorer.Run(bundle.Model, rows, done => context.Reporter.Part(what, done, rows.Length), context.Cancel)
                .Select(score => score.LogProb)
        ];

    private IReadOnlyList<Problem> Asked(IReadOnlyList<Problem> problems)
    {
        var order = Enumerable.Range(0, problems.Count).ToArray();
        CounterRandom.Shuffle<int>(order, Answers.Decoding.Seed);
        return [.. order.Take(Draws).Select(i => problems[i])];
    }
}
