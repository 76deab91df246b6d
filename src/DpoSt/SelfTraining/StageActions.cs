using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using DpoSt.Verification;
using static TorchSharp.torch;

namespace DpoSt.SelfTraining;

/// <summary>
/// What each stage does, from files to files; the same for a stage run alone and within the loop. Every output appears whole or not at all.
/// </summary>
/// <param name="device">Where models compute.</param>
/// <param name="referenceText">Whether texts are the reference's.</param>
/// <param name="fresh">Whether training leaves aside what is there already.</param>
/// <param name="group">Who trains and samples together; the first rank alone writes.</param>
/// <param name="shards">Whether each rank keeps only its part of a model that is trained.</param>
internal sealed class StageActions(Device device, bool referenceText, bool fresh, IProcessGroup group, bool shards = false)
{
    private readonly TrainingRun training = new(device, referenceText, fresh, group, shards);

    /// <summary>Whether training leaves earlier checkpoints and finished models aside.</summary>
    public bool Fresh => fresh;

    /// <summary>Questions with an eval pair, of each hundred, that are withheld from the training pairs.</summary>
    private const int WithheldPercent = 5;

    /// <summary>The reference takes this many training pairs for evaluation.</summary>
    private const int ReferenceEvalPairs = 320;

    /// <summary>
    /// Fine-tunes the model in <paramref name="from"/> on a file of questions with rationales, and evaluates those of another where the recipe
    /// wants it.
    /// </summary>
    public string FineTune(
        string name, string from, string rowsFile, string? evalFile, string to, TokenLimits limits, TrainingRecipe recipe, IStageReporter reporter,
        CancellationToken cancel)
    {
        var found = RationaleFile.Read(rowsFile).ToList();
        if (found.Count == 0)
        {
            throw new UserErrorException($"{rowsFile}: there is no row to train on; expected lines like {{\"question\": ..., \"answer\": ...}}.");
        }

        RationaleRow[] eval = [];
        if (recipe.Evaluates && evalFile is not null)
        {
            eval = [.. RationaleFile.Read(evalFile)];
            NoteIfNone(eval.Length, "row", evalFile, reporter);
        }

        ModelBundle.CheckFolder(from);
        reporter.Begin(name, $"fine-tune {Shown(from)} on {found.Count} rationales", recipe.StepsFor(found.Count), "steps");
        if (found.Count(row => FinalAnswer.Extract(row.Answer) is null) is > 0 and var silent)
        {
            reporter.Note(
                $"{Shown(rowsFile)}: {silent} of {found.Count} rationales end without a final answer (#### and a number), so the model may learn to give none.");
        }

        return training.Run(from, to, () => FineTuneKey(from, rowsFile, limits, recipe), recipe, reporter, at =>
        {
            var last = FineTuning.Run(at.Bundle, found, eval, limits, recipe, at.Folder, at.Replicas, reporter, cancel);
            return $"loss {last.Loss:0.000}";
        });
    }

    /// <summary>All that <see cref="FineTune"/> depends on.</summary>
    public TrainingKey FineTuneKey(string from, string rowsFile, TokenLimits limits, TrainingRecipe recipe) =>
        TrainingKey.Of(new { Objective = "sft", Recipe = recipe, limits, referenceText }, from, rowsFile);

    /// <summary>
    /// Answers problems into a file a sample, all in one folder, and notes them as done there; what an interruption leaves lies beside the first.
    /// Says how many answers are right.
    /// </summary>
    public string Answer(
        string name, string model, IReadOnlyList<Problem> problems, IReadOnlyList<int> samples, AnswerOptions options, IReadOnlyList<string> files, SampleFormat format,
        IStageReporter reporter, CancellationToken cancel)
    {
        var known = group.Rank > 0 ? null : AnsweredFiles.Open(Path.GetDirectoryName(files[0])!, model);
        using var bundle = ModelBundle.Load(model, referenceText, device, toRead: true, options.Compute);
        var times = samples.Count == 1 ? "" : $" {Counted.Times(samples.Count)}";
        reporter.Begin(
            name, $"{Shown(model)} answers {Counted.Of(problems.Count, "question")}{times}", (long)problems.Count * samples.Count, "answers");
        if (fresh)
        {
            RankedSampling.RemoveJournals(group, files);
        }

        using var journal = RankedSampling.JournalOf(group, files[0], reporter.Note);
        var completions = RankedSampling.Run(group, bundle, problems, samples, options, journal, reporter.Advance, cancel);
        if (group.Rank == 0)
        {
            foreach (var (s, file) in files.Index())
            {
                CompletionFile.Write(file, completions.Where((_, i) => i % samples.Count == s), problems, format);
            }

            known!.Add(files, Asked(problems, options, format), bundle.Content);
            journal.Dispose();
            foreach (var file in files)
            {
                AnswerJournal.Remove(file);                    // also of starts that had other files to write
            }
        }

        var place = files.Count == 1 ? files[0] : Path.GetDirectoryName(files[0])!;
        return $"{completions.Count(c => c.Verdict == Verdict.Correct)} of {completions.Count} answers are right; {Shown(place)}";
    }

    /// <summary>All that a file of answers depends on besides the model and which sample it holds.</summary>
    public object Asked(IReadOnlyList<Problem> problems, AnswerOptions options, SampleFormat format) => new { problems, options, referenceText, format };

    /// <summary>Sorts the samples of a folder by verdict into <c>train_dpo_data.jsonl</c>.</summary>
    public static (string Summary, IReadOnlyList<LabelledQuestion> Questions) Label(
        IReadOnlyList<Problem> problems, IReadOnlyList<int> samples, double temperature, string folder, string split,
        SampleFormat? format = null)
    {
        var completions = samples.SelectMany(s => CompletionFile.Read(Path.Combine(folder, SampleFile.Name(s, temperature)), problems, s, format));
        var questions = LabelledQuestion.From(problems, completions);
        LabelledQuestionFile.Write(Path.Combine(folder, LabelledQuestionFile.Name(split)), questions);
        var solved = questions.Count(q => q.Positives.Count > 0);
        var advice = solved == 0 ? ": there is no right sample to learn from; fine-tune longer, sample more, or begin with a larger model" : "";
        return ($"{solved} of {Counted.Of(questions.Count, "question")} solved at least once{advice}", questions);
    }

    /// <summary>Makes preference pairs from the labelled samples of some runs, and withholds some questions' pairs for evaluation.</summary>
    public (string Summary, int Pairs) BuildPairs(
        string name, string model, IReadOnlyList<string> labelled, SelectionOptions selection, string folder, IStageReporter reporter)
    {
        ModelBundle.CheckFolder(model);
        reporter.Begin(name, "pair right answers with wrong ones", labelled.Count, "files");
        var encoder = Encoder(model);
        var questions = LabelledQuestion.Merge([.. labelled.Select(LabelledQuestionFile.Read)]);
        var (train, eval) = referenceText ? FirstPairs(PairBuilder.Build(questions, encoder.Format, encoder.TokenSet, selection))
            : (Pairs(withheld: false), Pairs(withheld: true));
        if (train.Count == 0)
        {
            (train, eval) = (eval, []);                        // of very few questions all may be among those to withhold
        }

        if (train.Count == 0)
        {
            throw new UserErrorException(
                $"{labelled[^1]}: no question has both a right and a wrong answer, so there is nothing to learn from; sample more, or at a higher temperature.");
        }

        PreferencePairFile.Write(Path.Combine(folder, PreferencePairFile.Name("train")), train);
        PreferencePairFile.Write(Path.Combine(folder, PreferencePairFile.Name("eval")), eval);
        return ($"{train.Count} pairs to train on, {eval.Count} withheld", train.Count);

        IReadOnlyList<PreferencePair> Pairs(bool withheld) =>
            PairBuilder.Build(
                questions.Where(q => CounterRandom.KeyOf(q.Question) % 100 < WithheldPercent == withheld), encoder.Format, encoder.TokenSet,
                selection);
    }

    /// <summary>Tunes the model in <paramref name="from"/> on the pairs of a folder, and evaluates those withheld there.</summary>
    public string PreferenceTune(
        string name, string from, string pairsFolder, string to, TokenLimits limits, PreferenceLoss loss, TrainingRecipe recipe,
        IStageReporter reporter, CancellationToken cancel)
    {
        var file = Path.Combine(pairsFolder, PreferencePairFile.Name("train"));
        var pairs = PreferencePairFile.Read(file).Count();
        if (pairs == 0)
        {
            throw new UserErrorException(
                $"{file}: there is no pair to learn from; expected lines like {{\"prompt\": ..., \"chosen\": ..., \"rejected\": ...}}: make them with dpost make-dpo-data.");
        }

        ModelBundle.CheckFolder(from);
        reporter.Begin(name, $"DPO from {Shown(from)} on {pairs} pairs", recipe.StepsFor(pairs), "steps");
        return training.Run(from, to, () => PreferenceTuneKey(from, pairsFolder, limits, loss, recipe), recipe, reporter, at =>
        {
            var encoder = new RowEncoder(at.Bundle.Tokenizer, at.Bundle.Format, limits);
            var reference = at.Key is null ? "" : ReferenceKey(at.Key.FirstModel, limits, recipe);
            var train = EncodedPairs.Read(file, encoder);
            train.Score(at.Bundle, reference, at.Replicas, cancel);
            var eval = Withheld(Path.Combine(pairsFolder, PreferencePairFile.Name("eval")), encoder, recipe, reporter);
            eval?.Score(at.Bundle, reference, at.Replicas, cancel);
            var last = PreferenceTuning.Run(at.Bundle, train, eval, loss, recipe, at.Folder, at.Replicas, reporter, cancel);
            var (accuracy, margin, chosen) = (last.Metrics["rewards/accuracies"], last.Metrics["rewards/margins"], last.Metrics["rewards/chosen"]);
            return $"pair accuracy {accuracy:0.00}, margin {margin:0.000}, chosen log-ratio {chosen / loss.Beta:0.00}";
        });
    }

    /// <summary>All that <see cref="PreferenceTune"/> depends on.</summary>
    public TrainingKey PreferenceTuneKey(string from, string pairsFolder, TokenLimits limits, PreferenceLoss loss, TrainingRecipe recipe) =>
        TrainingKey.Of(
            new { Objective = "dpo", Recipe = recipe, limits, loss, referenceText }, from,
            Path.Combine(pairsFolder, PreferencePairFile.Name("train")));

    /// <summary>All that a reference's scores of a file of pairs depend on besides the file; <paramref name="model"/> is the key of its content.</summary>
    public string ReferenceKey(string model, TokenLimits limits, TrainingRecipe recipe) => ContentKey.Of(new { TrainingKey.Layout, limits, referenceText, recipe.Bf16 }, [model]);

    /// <summary>Makes the rows of the next fine-tuning from gold rationales and the right samples of some runs.</summary>
    public (string Summary, int Rows) BuildPseudoLabels(
        string name, string model, IReadOnlyList<string> labelled, SelectionOptions selection, string folder, IStageReporter reporter)
    {
        ModelBundle.CheckFolder(model);
        reporter.Begin(name, "keep right answers as rationales", labelled.Count, "files");
        var encoder = Encoder(model);
        var labels = PseudoLabels.Build(LabelledQuestion.Merge([.. labelled.Select(LabelledQuestionFile.Read)]), encoder.Format, encoder.TokenSet, selection);
        RationaleFile.Write(Path.Combine(folder, RationaleFile.Name("train")), labels.Rows);
        return ($"{labels.Rows.Count} rationales kept of {labels.Found}, at most {labels.Threshold} a question", labels.Rows.Count);
    }

    private static (IReadOnlyList<PreferencePair> Train, IReadOnlyList<PreferencePair> Eval) FirstPairs(IReadOnlyList<PreferencePair> pairs) =>
        (pairs, [.. pairs.Take(ReferenceEvalPairs)]);

    /// <summary>A path as a person in the current folder would write it.</summary>
    internal static string Shown(string path) =>
        Path.GetRelativePath(Directory.GetCurrentDirectory(), path) is var relative && relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;

    // Null where nobody evaluates, or there is nothing to evaluate on.
    private static EncodedPairs? Withheld(string file, RowEncoder encoder, TrainingRecipe recipe, IStageReporter reporter)
    {
        if (!recipe.Evaluates)
        {
            return null;
        }

        var pairs = EncodedPairs.Read(file, encoder);
        NoteIfNone(pairs.Count, "pair", file, reporter);
        return pairs.Count > 0 ? pairs : null;
    }

    private static void NoteIfNone(int count, string unit, string file, IStageReporter reporter)
    {
        if (count == 0)
        {
            reporter.Note($"{Shown(file)} holds no {unit} to evaluate on, so nothing is evaluated.");
        }
    }

    private RowEncoder Encoder(string model) => RowEncoder.Of(model, referenceText);
}
