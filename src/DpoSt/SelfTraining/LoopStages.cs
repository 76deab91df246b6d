using DpoSt.Answering;
using DpoSt.Runs;
using DpoSt.SelfTraining.Resampling;
using DpoSt.SelfTraining.Stages;
using DpoSt.Text.Chat;
using DpoSt.Training;
using static System.FormattableString;

namespace DpoSt.SelfTraining;

/// <summary>Makes the stages of a run: where each reads and writes, and with which of the plan's options it works.</summary>
internal sealed class LoopStages(LoopPlan plan)
{
    private readonly ExperimentFolder folder = plan.Folder;
    private readonly QuestionSet questions =
        new(ExperimentFolder.Train, plan.TrainFile, plan.Verifier, plan.PoolFile) { Columns = plan.Columns };

    /// <summary>A teacher answers the questions, and its right answers become rows.</summary>
    public IEnumerable<IStage> Teach(TeacherPlan teacher)
    {
        var (run, temperature) = (RunName.Teacher, teacher.Answers.Decoding.Temperature);
        int[] samples = [.. Enumerable.Range(0, teacher.Samples)];
        yield return new SampleStage(
            $"sample {run}",
            new AnswerSource(
                null, questions.Inputs, teacher.Answers, SampleFormat.Dpost, new PromptOptions { System = teacher.System },
                questions.Judge),
            questions, folder.Answers(run), samples);
        yield return new LabelStage(
            $"label {run}", run, questions, [.. samples.Select(s => (s, folder.Sample(run, questions.Split, s, temperature)))], folder);
        yield return new PseudoLabelsStage(
            $"pseudo-labels {run}", run, Source(plan.BaseModel, [run]), folder.PseudoLabels(run), folder.Results)
        {
            TeachesCalculator = plan.Answers.UseCalculator,
        };
    }

    /// <summary>The first fine-tuning.</summary>
    public IStage WarmUp() => FineTune(
        RunName.Sft(0), plan.Teacher is null ? plan.TrainFile : folder.PseudoLabels(RunName.Teacher),
        plan.Sft with { MaxSteps = plan.WarmUpSteps ?? plan.Sft.MaxSteps });

    public IStage FineTune(RunName run, string rows) =>
        FineTune(run, rows, plan.Sft) with { Resampling = Resampling(plan.SftResampling, plan.PseudoLabelSamples) };

    public IStage Tune(RunName run, RunName before) => new DpoStage(
        run.Text, folder.Model(before), folder.Answers(before), folder.Model(run), plan.Loss,
        new TrainingSettings(plan.Dpo, plan.DpoLimits, plan.Prompt))
    {
        Resampling = Resampling(plan.DpoResampling, plan.PairSamples),
    };

    /// <summary>How far tuning has taken a run from its reference.</summary>
    public IStage Distance(RunName run, RunName reference) => new DistanceStage(
        $"distance {run}", run, folder.Model(run), folder.Model(reference), questions, plan.Answers, folder, plan.Prompt);

    /// <summary>Samples of a run's model, into the folder of that run or of another; a stage for each temperature.</summary>
    public IEnumerable<IStage> Sample(RunName run, int count, int first = 0, RunName? into = null)
    {
        var to = into ?? run;
        var answers = plan.Answers;
        return Enumerable.Range(first, count).GroupBy(Temperature).Select(part => new SampleStage(
            plan.Temperatures is null ? $"sample {to}" : Invariant($"sample {to} at {part.Key}"),
            new AnswerSource(
                folder.Model(run), questions.Inputs, answers with { Decoding = answers.Decoding with { Temperature = part.Key } },
                SampleFormat.Dpost, plan.Prompt, questions.Judge),
            questions, folder.Answers(to), [.. part]));
    }

    public IStage Label(RunName run, int count, int first = 0) => new LabelStage(
        $"label {run}", run, questions,
        [.. Enumerable.Range(first, count).Select(s => (s, folder.Sample(run, questions.Split, s, Temperature(s))))], folder);

    /// <summary>The pairs that a run is tuned on, of the samples of the run before it and of others.</summary>
    public IStage Pairs(RunName run, RunName before, IReadOnlyList<RunName> samples) =>
        new PairsStage(
            $"pairs {run}", before, Source(folder.Model(before), samples), folder.Answers(before), folder.Results, plan.Loss.IsUnpaired);

    /// <summary>The rows of a fine-tuning, of the samples of some runs, beside the last of them.</summary>
    public IStage PseudoLabels(IReadOnlyList<RunName> runs) =>
        new PseudoLabelsStage(
            $"pseudo-labels {runs[^1]}", runs[^1], Source(plan.BaseModel, runs), folder.PseudoLabels(runs[^1]), folder.Results);

    public IStage Evaluate(RunName run) => new EvaluateStage(
        $"evaluate {run}", run,
        [.. plan.TestSets.Select(set => new QuestionSet(set.Key, set.Value, plan.Verifier) { Columns = plan.Columns })], plan.Answers,
        plan.EvalSamples, folder,
        plan.Prompt);

    private double Temperature(int sample) =>
        plan.Temperatures is { } all ? all[sample % all.Count] : plan.Answers.Decoding.Temperature;

    private ResamplingOptions? Resampling(ResamplingPlan? asked, int samples) => asked is null ? null
        : new(asked.Every, asked.Questions, samples, plan.Answers, plan.Selection, questions);

    private SftStage FineTune(RunName run, string rows, TrainingRecipe recipe) => new(
        run.Text, plan.BaseModel, rows, plan.DevFile, folder.Model(run), new TrainingSettings(recipe, plan.SftLimits, plan.Prompt))
    {
        Judge = questions.Judge,
        // What a run has written itself has its own names.
        Columns = rows == plan.TrainFile ? plan.Columns : new(),
        DevColumns = plan.Columns,
    };

    private SelectionSource Source(string tokenizer, IReadOnlyList<RunName> runs) =>
        new(tokenizer, [.. runs.Select(run => (run, folder.Labelled(run)))], plan.Selection, plan.Prompt);
}
