using DpoSt.Answering;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using static TorchSharp.torch;

namespace DpoSt.Evaluation;

/// <summary>What to evaluate.</summary>
/// <param name="Model">A folder with a model.</param>
/// <param name="Data">A file of questions: JSON lines, SVAMP, MultiArith or ASDiv.</param>
/// <param name="Output">Where the greedy answers go; null puts them beside the questions.</param>
public sealed record EvaluationOptions(string Model, string Data, string? Output = null)
{
    /// <summary>Whether the calculator writes results.</summary>
    public bool UseCalculator { get; init; } = true;

    /// <summary>Samples a question besides the greedy answer; zero leaves pass@k and maj@k out.</summary>
    public int Samples { get; init; }

    /// <summary>The temperature of the samples.</summary>
    public double Temperature { get; init; } = new SamplingSection().Temperature;

    /// <summary>Keys the samples.</summary>
    public long Seed { get; init; } = 42;
}

/// <summary>Evaluates one model on one file of questions, and keeps every answer for a person to read.</summary>
public static class DataSetEvaluation
{
    /// <summary>What the name of the file of samples has behind that of the greedy answers.</summary>
    internal const string SamplesSuffix = "-samples";

    /// <summary>Answers all questions, writes the answers and scores them.</summary>
    /// <exception cref="UserErrorException">The model or the data cannot be read, or the answers not be written.</exception>
    public static EvaluationReport Run(EvaluationOptions options, Device device, IStageReporter reporter, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(reporter);
        var output = options.Output ?? DefaultOutput(options);
        var sampledOutput = Path.ChangeExtension(output, null) + SamplesSuffix + Path.GetExtension(output);
        CheckOutput(options, sampledOutput);
        var problems = ProblemSet.Load(options.Data);
        using var bundle = ModelBundle.Load(options.Model, referenceText: false, device, toRead: true);
        using var held = RunLock.Take(output + ".lock", "--output");
        using var heldToo = options.Samples > 0 ? RunLock.Take(sampledOutput + ".lock", "--output") : null;
        reporter.Begin(
            "evaluate", $"{options.Model} answers {Counted.Of(problems.Count, "question")} of {options.Data}",
            (long)problems.Count * (1 + options.Samples), "answers");
        using var greedyJournal = new AnswerJournal(output, reporter.Note);
        var greedy = Sampling.Run(bundle, problems, [0], Answers(options, 0), greedyJournal, reporter.Advance, cancel);
        CompletionFile.Write(output, greedy, problems);
        var sampled = Sample();
        greedyJournal.Remove();
        return new EvaluationReport(
            options.Model, options.Data, output, sampled.Count > 0 ? sampledOutput : null, problems.LeftOut, EvaluationReport.Score(greedy),
            greedy.Count(a => a.Verdict == Verdict.Invalid), EvaluationReport.Calls(greedy, bundle.Format.Calculator, options.UseCalculator),
            EvaluationReport.ScoreBySteps(problems, greedy), EvaluationReport.ScoreSamples(problems, sampled));

        IReadOnlyList<Completion> Sample()
        {
            if (options.Samples == 0)
            {
                return [];
            }

            using var journal = new AnswerJournal(sampledOutput, reporter.Note);
            var answers = Sampling.Run(
                bundle, problems, [.. Enumerable.Range(0, options.Samples)], Answers(options, options.Temperature), journal, done =>
                    reporter.Advance(problems.Count + done), cancel);
            CompletionFile.Write(sampledOutput, answers, problems);
            journal.Remove();
            return answers;
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
            throw new UserErrorException($"--output {same} is the file of the questions, which the answers would replace: name another, or leave it out.");
        }

        if (options.Samples > 0 && PathIdentity.Of(sampledOutput) == PathIdentity.Of(options.Data))
        {
            throw new UserErrorException($"the samples would go to {sampledOutput}, the file of the questions, and replace them: name another --output.");
        }
    }

    private static string DefaultOutput(EvaluationOptions options)
    {
        // With the folders above it: every experiment has a model called sft-0. Of one that lies elsewhere the last folder will do.
        var model = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Model));
        var shown = StageActions.Shown(model) is var below && below != "." ? below : model;
        var parts = shown.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        var name = string.Join('-', Path.IsPathRooted(shown) ? parts[^Math.Min(2, parts.Length)..] : parts);
        return Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Data))!, $"{Path.GetFileNameWithoutExtension(options.Data)}-{name}.jsonl");
    }

    // What a configuration file says unless it says otherwise.
    private static AnswerOptions Answers(EvaluationOptions options, double temperature)
    {
        var defaults = new EvalSection();
        return new AnswerOptions(
            new DataSection().MaxSrcLen, defaults.MaxNewTokens, GenerationOptions.DefaultSlots, options.UseCalculator, temperature,
            defaults.Sampling.TopK, defaults.Sampling.TopP, options.Seed);
    }
}
