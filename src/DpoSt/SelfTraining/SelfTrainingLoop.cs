using System.Globalization;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.SelfTraining;

/// <summary>
/// DPO-augmented self-training (Wang, Li, Lu, ACL 2024, figure 2): fine-tune on labelled rationales; then, each iteration, sample, pair right
/// answers with wrong ones, tune on the pairs, sample again, keep the right answers, and fine-tune the original base model on them.
/// Beside it the paper's baseline: the same without DPO.
/// </summary>
public sealed class SelfTrainingLoop
{
    private const string NoModel = "no model at work";

    private readonly LoopPlan plan;
    private readonly StageActions actions;
    private readonly IProcessGroup group;
    private readonly SharedStages shared;
    private readonly List<Stage> stages = [];
    private readonly IReadOnlyList<Problem> questions;

    private SelfTrainingLoop(LoopPlan plan, Device device, bool fresh, IProcessGroup group, bool shards)
    {
        this.plan = plan;
        this.group = group;
        actions = new StageActions(device, plan.ReferenceText, fresh, group, shards);
        shared = new SharedStages(group);
        questions = TrainingQuestions.Load(plan.TrainFile, plan.PoolFile);
        Lay(device);
    }

    /// <summary>
    /// Runs what is not done yet (all, where <paramref name="fresh"/>), then gives the evaluations of every model, in the order of the
    /// table; on the first rank.
    /// </summary>
    /// <param name="plan">The run.</param>
    /// <param name="device">Where models compute.</param>
    /// <param name="selection">Which stages.</param>
    /// <param name="fresh">Whether what is there already is left aside.</param>
    /// <param name="group">Who trains and answers together; pairs and labels are made by the first rank.</param>
    /// <param name="shards">Whether each rank keeps only its part of a model that is trained.</param>
    /// <param name="reporter">Told of all that happens.</param>
    /// <param name="cancel">Ends the run at its next safe point.</param>
    /// <exception cref="UserErrorException">A file is missing or broken, or another run holds the folder.</exception>
    public static IReadOnlyList<EvaluationRow> Run(
        LoopPlan plan, Device device, StageSelection selection, bool fresh, IProcessGroup group, bool shards, IStageReporter reporter, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(group);
        ModelBundle.CheckFolder(plan.BaseModel);
        CheckQuestions(plan);
        var loop = new SelfTrainingLoop(plan, device, fresh, group, shards);
        if (group.Rank > 0)
        {
            loop.shared.Follow(reporter, cancel);
            return [];
        }

        string[] names = [.. loop.stages.Select(s => s.Name)];
        selection.Of(names);
        using var _ = RunLock.Take(plan.LockFile);
        var runner = loop.Runner(selection, fresh);
        RunRecord.Of(plan, names, device.ToString()).Write(plan.OutputsFolder);
        runner.Run(reporter, cancel);
        loop.shared.End();
        return [
            .. loop.stages.Where(s => s.Name.StartsWith("evaluate ", StringComparison.Ordinal) && File.Exists(s.Outputs[0])).SelectMany(s => EvaluationFile.Read(s.Outputs[0]))
        ];
    }

    /// <summary>What <see cref="Run"/> would do now; nothing is written.</summary>
    /// <exception cref="UserErrorException">A file is missing or broken, or the selection names no stage.</exception>
    public static IReadOnlyList<PlannedStage> Plan(LoopPlan plan, Device device, StageSelection selection, bool fresh, IStageReporter reporter)
    {
        if (!Directory.Exists(plan.BaseModel))
        {
            reporter.Note($"{StageActions.Shown(plan.BaseModel)}: there is no such model folder yet; the run needs it (model.model_path, below DATA_DIR).");
        }

        CheckQuestions(plan);
        return new SelfTrainingLoop(plan, device, fresh, new SingleProcess(), shards: false).Runner(selection, fresh).Plan();
    }

    private StageRunner Runner(StageSelection selection, bool fresh) => new(stages, Ledger.Open(plan.LedgerFile), selection, fresh);

    // A mistake in what is read only hours later is told now, before anything is written.
    private static void CheckQuestions(LoopPlan plan)
    {
        string[] absent =
        [
            .. plan.TestSets.Select(set => set.Value).Append(plan.PoolFile).Prepend(plan.TrainFile).OfType<string>().Where(file => !File.Exists(file)).Select(StageActions.Shown)
        ];
        if (absent.Length > 1)
        {
            throw new UserErrorException(
                $"{string.Join(", ", absent)}: there are no such files; expected files with one JSON object a line: put them there, or change data.train_data_path, data.pool_path, data.test_data_path and data.ood_data_path.");
        }

        foreach (var set in plan.TestSets)
        {
            ProblemSet.Load(set.Value);
        }
    }

    private void Lay(Device device)
    {
        Evaluate("sft-0", FineTune("sft-0", plan.TrainFile, after: []), device);
        for (var n = 1; n <= plan.Iterations; n++)
        {
            var (before, dpo, sft) = ($"sft-{n - 1}", $"dpo-{n}", $"sft-{n}");
            Sample(before, first: 0, plan.PairSamples);
            Pairs(dpo, before, [.. Enumerable.Range(0, n).Select(i => $"sft-{i}")]);
            Tune(dpo, before);
            Evaluate(dpo, dpo, device);
            Sample(dpo, first: 0, plan.PseudoLabelSamples);
            var rows = PseudoLabels(dpo, [.. Enumerable.Range(1, n).Select(i => $"dpo-{i}")]);
            Evaluate(sft, FineTune(sft, rows, after: [$"pseudo-labels {dpo}"]), device);
            if (plan.Baseline)
            {
                Baseline(n, device);
            }
        }
    }

    // The same number of samples as the two samplings of the loop together, all from the fine-tuned model.
    private void Baseline(int n, Device device)
    {
        var before = n == 1 ? "sft-0" : $"st-{n - 1}";
        var source = n == 1 ? $"{before}-more" : before;
        Sample(before, n == 1 ? plan.PairSamples : 0, n == 1 ? plan.PseudoLabelSamples : plan.PairSamples + plan.PseudoLabelSamples, source);
        var runs = Enumerable.Range(1, n - 1).Select(i => $"st-{i}").Prepend("sft-0-more").Prepend("sft-0").ToArray();
        var rows = PseudoLabels(source, runs);
        Evaluate($"st-{n}", FineTune($"st-{n}", rows, after: [$"pseudo-labels {source}"]), device);
    }

    private string FineTune(string run, string rowsFile, string[] after)
    {
        stages.Add(new Stage(
            run,
            Options: new { plan.Sft, plan.SftLimits, plan.ReferenceText, External = after.Length == 0 },
            After: after,
            Inputs: after.Length == 0 ? [plan.BaseModel, rowsFile] : [plan.BaseModel],
            Outputs: [plan.ModelOf(run)],
            Cost: there => there && File.Exists(rowsFile) && Directory.Exists(plan.BaseModel)
                ? Standing(
                    plan.ModelOf(run), actions.FineTuneKey(plan.BaseModel, rowsFile, plan.SftLimits, plan.Sft),
                    Steps(plan.Sft, RationaleFile.Read(rowsFile).Count()))
                : Steps(plan.Sft, null),
            Run: shared.Add((reporter, cancel) => actions.FineTune(
                run, plan.BaseModel, rowsFile, plan.DevFile, plan.ModelOf(run), plan.SftLimits, plan.Sft, reporter, cancel))));
        return run;
    }

    private void Sample(string run, int first, int count, string? into = null)
    {
        var name = into ?? run;
        var folder = plan.OutputsOf(name);
        var samples = Enumerable.Range(first, count).ToArray();
        var options = plan.Answers(plan.Temperature, plan.UseCalculator);
        string[] files = [.. samples.Select(s => Path.Combine(folder, SampleFile.Name(s, options.Temperature)))];
        var sample = shared.Add((reporter, cancel) => actions.Answer(
            $"sample {name}", plan.ModelOf(run), questions, samples, options, files, SampleFormat.Dpost, reporter, cancel));
        stages.Add(new Stage(
            $"sample {name}",
            Options: new { options, samples },
            After: [run],
            Inputs: Files(plan.TrainFile, plan.PoolFile),
            Outputs: [Path.Combine(folder, LabelledQuestionFile.Name("train")), .. files],
            Cost: _ => $"{(long)questions.Count * count} answers",
            Run: (reporter, cancel) =>
            {
                var summary = sample(reporter, cancel);
                var (solved, labelled) = StageActions.Label(questions, samples, options.Temperature, folder, "train");
                // The reference's numbers are of the questions with rationales: it has no others.
                ResultsFile.Add(
                    plan.ResultsFile, name,
                    ResultsFile.Passes("train", count, [.. labelled.Where(q => q.Gold is not null).Select(q => q.Positives.Count)]));
                return $"{solved}; {summary}";
            }));
    }

    private void Pairs(string dpo, string before, string[] runs)
    {
        var folder = plan.OutputsOf(before);
        stages.Add(new Stage(
            $"pairs {dpo}",
            Options: plan.Selection,
            After: [.. runs.Select(r => $"sample {r}")],
            Inputs: [],
            Outputs: [Path.Combine(folder, PreferencePairFile.Name("train"))],
            Cost: _ => NoModel,
            Run: (reporter, _) => Counted(
                before, "generated_dpo_data",
                actions.BuildPairs($"pairs {dpo}", plan.ModelOf(before), [.. runs.Select(Labelled)], plan.Selection, folder, reporter))));
    }

    private void Tune(string dpo, string before)
    {
        var (from, folder, to) = (plan.ModelOf(before), plan.OutputsOf(before), plan.ModelOf(dpo));
        var pairs = Path.Combine(folder, PreferencePairFile.Name("train"));
        stages.Add(new Stage(
            dpo,
            Options: new { plan.Dpo, plan.DpoLimits, plan.Loss },
            After: [before, $"pairs {dpo}"],
            Inputs: [],
            Outputs: [to],
            Cost: there => there && File.Exists(pairs)
                ? Standing(to, actions.PreferenceTuneKey(from, folder, plan.DpoLimits, plan.Loss, plan.Dpo), Steps(plan.Dpo, PreferencePairFile.Read(pairs).Count()))
                : Steps(plan.Dpo, null),
            Run: shared.Add((reporter, cancel) => actions.PreferenceTune(dpo, from, folder, to, plan.DpoLimits, plan.Loss, plan.Dpo, reporter, cancel))));
    }

    private string PseudoLabels(string run, string[] runs)
    {
        var folder = plan.OutputsOf(run);
        var rows = Path.Combine(folder, RationaleFile.Name("train"));
        stages.Add(new Stage(
            $"pseudo-labels {run}",
            Options: plan.Selection,
            After: [.. runs.Select(r => $"sample {r}")],
            Inputs: [],
            Outputs: [rows],
            Cost: _ => NoModel,
            Run: (reporter, _) => Counted(
                run, "generated_sft_data",
                actions.BuildPseudoLabels($"pseudo-labels {run}", plan.BaseModel, [.. runs.Select(Labelled)], plan.Selection, folder, reporter))));
        return rows;
    }

    private void Evaluate(string run, string after, Device device)
    {
        var options = new { Answers = plan.Answers(plan.Temperature, plan.UseCalculator), plan.EvalSamples, Sets = plan.TestSets.Select(s => s.Key) };
        var output = Path.Combine(plan.OutputsFolder, run, "evaluation.json");
        stages.Add(new Stage(
            $"evaluate {run}",
            Options: options,
            After: [after],
            Inputs: [.. plan.TestSets.Select(s => s.Value)],
            Outputs: [output],
            Cost: _ => $"{plan.TestSets.Sum(s => (long)ProblemSet.Load(s.Value).Count) * (2 + plan.EvalSamples)} answers",
            Run: shared.Add((reporter, cancel) => ModelEvaluation.Run($"evaluate {run}", run, plan, device, actions.Fresh, group, output, reporter, cancel))));
    }

    private string Counted(string run, string name, (string Summary, int Count) made)
    {
        ResultsFile.Count(plan.ResultsFile, run, name, made.Count);
        return made.Summary;
    }

    private string Standing(string model, TrainingKey key, string steps) =>
        actions.Fresh || TrainingFolder.Standing(model, key) is not { } standing ? steps : $"{steps}, {standing}";

    private static string Steps(TrainingRecipe recipe, int? examples)
    {
        var batch = recipe.BatchSize * recipe.GradientAccumulation;
        return recipe.MaxSteps > 0 || examples is not null
            ? $"{recipe.StepsFor(examples ?? 0)} steps of {batch} examples"
            : string.Create(CultureInfo.InvariantCulture, $"{recipe.Epochs} epochs, {batch} examples a step, over examples that are not made yet");
    }

    private string Labelled(string run) => Path.Combine(plan.OutputsOf(run), LabelledQuestionFile.Name("train"));

    private static string[] Files(params string?[] files) => [.. files.OfType<string>()];
}
