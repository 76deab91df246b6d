using DpoSt.Answering;
using DpoSt.Answering.Elsewhere;
using DpoSt.Data.PaperFormats;
using DpoSt.Runs;
using DpoSt.Verification;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Lets a model, or a teacher at a server, answer questions: a file a sample, or one greedy file, which is sample 0.</summary>
internal sealed record SampleStage(
    string Name, AnswerSource Source, QuestionSet Questions, string Folder, IReadOnlyList<int> Samples) : IStage
{
    public object Options => Source.Options;

    public IReadOnlyList<StageInput> Inputs => Source.Inputs;

    public IReadOnlyList<string> Outputs => [.. Samples.Select(FileOf)];

    public bool IsShared => true;

    public bool IsKept => true;

    public string Cost(RunContext context, bool isReady) => $"{(long)Questions.Load().Count * Samples.Count} answers";

    public string Run(RunContext context, Provenance? made)
    {
        var problems = Questions.Load();
        using var bundle = Source.Model is not { } model ? null
            : ModelBundle.Load(model, Source.Prompt, context, toRead: true, Source.Answers.Compute);
        IAnswerer answerer = bundle is null ? new TeacherAnswerer(Source.Answers.Server!, Source.Prompt.System, context, Source.Verifier)
            : new Answerer(bundle, context, Source.Verifier);
        var times = Samples.Count == 1 ? "" : $" {Counted.Times(Samples.Count)}";
        context.Reporter.Begin(
            Name, $"{(bundle is null ? Source.Answers.Server!.Model : Shown.Path(Source.Model!))} answers "
                + $"{Counted.Of(problems.Count, "question")}{times}",
            (long)problems.Count * Samples.Count, "answers");
        var completions = new AnswerFiles(context, answerer, problems, Source)
            .Make([.. Samples.Select(s => (s, FileOf(s)))], made, context.Reporter.Advance);
        var place = Samples.Count == 1 ? FileOf(Samples[0]) : Folder;
        return $"{completions.Count(c => c.Verdict == Verdict.Correct)} of {completions.Count} answers are right; {Shown.Path(place)}";
    }

    // As TrainingFolder does for a model: a kill between a file and the end of its journal leaves both.
    void IStage.WhenDone(Provenance made) => Outputs.ToList().ForEach(AnswerJournal.Remove);

    private string FileOf(int sample) => Path.Combine(
        Folder, Source.Answers.Decoding.Temperature is > 0 and var t ? SampleFile.Name(sample, t) : SampleFile.GreedyName);
}
