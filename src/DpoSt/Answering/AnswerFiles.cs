using DpoSt.Text.Chat;
using DpoSt.Data;
using DpoSt.Runs;
using DpoSt.Verification;

namespace DpoSt.Answering;

/// <summary>What files of answers are made from. What judges them is no part of it: verdicts are brought up to date without asking the
/// model again.</summary>
/// <param name="Model">The folder of the model; null where it is none of ours, and <see cref="AnswerOptions.Engine"/> names it.</param>
/// <param name="Questions">The files of the questions.</param>
/// <param name="Answers">How they are answered.</param>
/// <param name="Format">How answers are written.</param>
/// <param name="Prompt">How questions are put.</param>
/// <param name="Verifier">What judges.</param>
internal sealed record AnswerSource(
    string? Model, IReadOnlyList<StageInput> Questions, AnswerOptions Answers, SampleFormat Format, PromptOptions Prompt,
    IVerifier Verifier)
{
    /// <summary>All that the answers depend on but files, and which sample it is.</summary>
    public object Options => new { Answers, Format, Prompt };

    /// <summary>The files that they depend on.</summary>
    public IReadOnlyList<StageInput> Inputs => Model is null ? Questions : [new StageInput("model", Model), .. Questions];
}

/// <summary>Makes files of answers, one sample of every question in each.</summary>
internal sealed class AnswerFiles(RunContext context, IAnswerer answerer, IReadOnlyList<Problem> problems, AnswerSource source)
{
    /// <summary>
    /// Answers into those files that are not done, and writes each one's provenance. What an interruption leaves is beside the first,
    /// and the next start takes it over. Gives the new completions, problem by problem, then sample by sample.
    /// </summary>
    /// <param name="made">What the files are made from; null on the ranks that do not write.</param>
    public IReadOnlyList<Completion> Make(IReadOnlyList<(int Sample, string File)> files, Provenance? made, Action<long> advance)
    {
        if (made is not null && !context.Fresh)
        {
            foreach (var (_, file) in files)
            {
                if (made.Holds(file))
                {
                    AnswerJournal.Remove(file);                // a start that was killed right behind the file left it
                }
                else
                {
                    MakeRoom(file, made);
                }
            }
        }

        var isMissing = context.Decide([.. files.Select(f => made is not null && (context.Fresh || !made.Holds(f.File)))]);
        (int Sample, string File)[] missing = [.. files.Where((_, i) => isMissing[i])];
        var there = (files.Count - missing.Length) * problems.Count;
        if (missing.Length == 0)
        {
            advance(there);
            return [];
        }

        if (there > 0)
        {
            context.Reporter.Note($"  {files.Count - missing.Length} of {files.Count} samples are there already");
        }

        if (context.Fresh)
        {
            AnswerJournal.Remove(context.Group, missing.Select(f => f.File));
        }

        using var journal = AnswerJournal.Of(context, missing[0].File);
        var completions = answerer.Run(
            problems, [.. missing.Select(f => f.Sample)], source.Answers, journal, done => advance(there + done));
        if (made is not null)
        {
            foreach (var (s, (_, file)) in missing.Index())
            {
                CompletionFile.Write(file, completions.Where((_, i) => i % missing.Length == s), problems, source.Format);
                made.Write(file);
            }

            journal.Dispose();
            foreach (var (_, file) in missing)
            {
                AnswerJournal.Remove(file);                    // also of starts that had other files to write
            }
        }

        return completions;
    }

    // Other answers are kept; the same ones, if they were drawn before, come back.
    private void MakeRoom(string file, Provenance made)
    {
        var place = EarlierOutput.PlaceOf(file, made);
        if (EarlierOutput.Waits(file, made))
        {
            EarlierOutput.Return(file, made);
        }
        else
        {
            EarlierOutput.MakeRoom(file, made);
        }

        if (place is not null)
        {
            context.Reporter.Note(
                $"  {Shown.Path(file)}: the answers there are of other options or another model, and are kept in {Shown.Path(place)}");
        }
    }
}
