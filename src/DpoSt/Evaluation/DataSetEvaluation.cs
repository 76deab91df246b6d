using DpoSt.Answering;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Runs;
using DpoSt.Text.Chat;
using DpoSt.Verification;

namespace DpoSt.Evaluation;

/// <summary>What to evaluate.</summary>
/// <param name="Model">A folder with a model.</param>
/// <param name="Data">A file of questions: JSON lines, SVAMP, MultiArith or ASDiv.</param>
/// <param name="Output">Where the greedy answers go; null puts them beside the questions.</param>
internal sealed record EvaluationOptions(string Model, string Data, string? Output = null)
{
    /// <summary>The folder that answers go to where no file is named; null is that of the questions.</summary>
    public string? Folder { get; init; }

    /// <summary>How samples are drawn, and greedy answers apart from their temperature; a configuration's defaults.</summary>
    public AnswerOptions Answers { get; init; } = AnswerOptions.Of(new DataSection(), new EvalSection(), seed: 42);

    /// <summary>How questions are put to the model.</summary>
    public PromptOptions Prompt { get; init; } = new();

    /// <summary>What the columns of the questions are called.</summary>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>What judges the answers.</summary>
    public VerifierOptions Verifier { get; init; } = new();

    /// <summary>Samples a question beside the greedy answer; zero leaves pass@k and maj@k out.</summary>
    public int Samples { get; init; }
}

/// <summary>Evaluates one model on one file of questions, and keeps every answer for a person to read.</summary>
internal static class DataSetEvaluation
{
    /// <summary>What the name of the file of samples has behind that of the greedy answers.</summary>
    internal const string SamplesSuffix = "-samples";

    /// <summary>Answers all questions, writes the answers and scores them.</summary>
    /// <exception cref="UserErrorException">The model or the data cannot be read, or the answers not be written.</exception>
    public static EvaluationReport Run(EvaluationOptions options, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var reporter = context.Reporter;
        var output = options.Output ?? DefaultOutput(options);
        var sampledOutput = Path.ChangeExtension(output, null) + SamplesSuffix + Path.GetExtension(output);
        CheckOutput(options, sampledOutput);
        var verifier = Verifiers.Of(options.Verifier);
        var problems = ProblemSet.Load(options.Data, verifier, options.Columns);
        if (problems.Said is { } said)
        {
            reporter.Note($"{options.Data}: {said}");
        }

        using var held = RunLock.Take(output + ".lock", "--output");
        using var heldToo = options.Samples > 0 ? RunLock.Take(sampledOutput + ".lock", "--output") : null;
        using var bundle = ModelBundle.Load(options.Model, options.Prompt, context, toRead: true, options.Answers.Compute);
        reporter.Begin(
            "evaluate", $"{options.Model} answers {Counted.Of(problems.Count, "question")} of {options.Data}",
            (long)problems.Count * (1 + options.Samples), "answers");
        var answerer = new Answerer(bundle, context, verifier);
        var (made, madeSamples) = (Made(options, options.Answers.Greedy), Made(options, options.Answers));
        MakeRoom(output, made, reporter);
        using var greedyJournal = AnswerJournal.Of(context, output);
        var greedy = answerer.Run(problems, [0], options.Answers.Greedy, greedyJournal, reporter.Advance);
        CompletionFile.Write(output, greedy, problems);
        made.Write(output);
        var sampled = Sample();
        greedyJournal.Remove();
        return new EvaluationReport(
            options.Model, options.Data, output, sampled.Count > 0 ? sampledOutput : null, problems.LeftOut, EvaluationReport.Score(greedy),
            greedy.Count(a => a.Verdict == Verdict.Invalid),
            EvaluationReport.Calls(greedy, bundle.Format.Calculator, options.Answers.UseCalculator),
            EvaluationReport.ScoreBySteps(problems, greedy), EvaluationReport.ScoreSamples(problems, sampled, verifier));

        IReadOnlyList<Completion> Sample()
        {
            if (options.Samples == 0)
            {
                return [];
            }

            MakeRoom(sampledOutput, madeSamples, reporter);
            using var journal = AnswerJournal.Of(context, sampledOutput);
            var answers = answerer.Run(
                problems, [.. Enumerable.Range(0, options.Samples)], options.Answers, journal,
                done => reporter.Advance(problems.Count + done));
            CompletionFile.Write(sampledOutput, answers, problems);
            madeSamples.Write(sampledOutput);
            journal.Remove();
            return answers;
        }
    }

    private static Provenance Made(EvaluationOptions options, AnswerOptions answers) => Provenance.Of(
        new
        {
            answers,
            Samples = answers.Decoding.Temperature > 0 ? options.Samples : 0,
            options.Prompt,
            options.Columns,
            options.Verifier,
        },
        [.. ModelInputs.Of(options.Model), new("questions", options.Data)]);

    // Answers of other options, of another model, or of nobody knows what.
    private static void MakeRoom(string output, Provenance made, IStageReporter reporter)
    {
        if (EarlierOutput.PlaceOf(output, made) is { } place)
        {
            EarlierOutput.MakeRoom(output, made);
            reporter.Note($"{Shown.Path(output)} was there, made from something else: it is kept in {Shown.Path(place)}.");
        }
    }

    // Told before hours of answering, and before anything is overwritten.
    private static void CheckOutput(EvaluationOptions options, string sampledOutput)
    {
        if (options.Output is { } output && Directory.Exists(output))
        {
            throw new UserErrorException($"--output {output} is a folder; expected the file that the answers are written to.");
        }

        if (options.Output is { } same && PathIdentity.Of(same) == PathIdentity.Of(options.Data))
        {
            throw new UserErrorException(
                $"--output {same} is the file of the questions, which the answers would replace: name another, or leave it out.");
        }

        if (options.Samples > 0 && PathIdentity.Of(sampledOutput) == PathIdentity.Of(options.Data))
        {
            throw new UserErrorException(
                $"the samples would go to {sampledOutput}, the file of the questions, and replace them: name another --output.");
        }
    }

    private static string DefaultOutput(EvaluationOptions options)
    {
        // With the folders above it: every experiment has a model called sft-0. Elsewhere the last two folders will do.
        var model = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Model));
        var shown = Shown.Path(model) is var below && below != "." ? below : model;
        var parts = shown.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        var name = string.Join('-', Path.IsPathRooted(shown) ? parts[^Math.Min(2, parts.Length)..] : parts);
        return Path.Combine(
            options.Folder ?? Path.GetDirectoryName(Path.GetFullPath(options.Data))!,
            $"{Path.GetFileNameWithoutExtension(options.Data)}-{name}.jsonl");
    }
}
