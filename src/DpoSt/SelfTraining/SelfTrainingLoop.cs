using DpoSt.Answering;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Evaluation;
using DpoSt.Runs;
using DpoSt.SelfTraining.Stages;
using DpoSt.Verification;

namespace DpoSt.SelfTraining;

/// <summary>
/// DPO-augmented self-training (Wang, Li, Lu, ACL 2024, figure 2): fine-tune on labelled rationales; then, each iteration, sample,
/// pair right answers with wrong ones, tune on the pairs, sample again, keep the right answers, and fine-tune the original base
/// model on them. The paper's baseline does the same without DPO.
/// </summary>
internal static class SelfTrainingLoop
{
    /// <summary>The stages of a run, in order. A run, its dry run, its plan and every rank read them here.</summary>
    internal static IEnumerable<IStage> Stages(LoopPlan plan)
    {
        var stage = new LoopStages(plan);
        foreach (var teaching in plan.Teacher is { } teacher ? stage.Teach(teacher) : [])
        {
            yield return teaching;
        }

        yield return stage.WarmUp();
        yield return stage.Evaluate(RunName.Sft(0));
        for (var n = 1; n <= plan.Iterations; n++)
        {
            var (before, dpo) = (plan.ResultOf(n - 1), RunName.Dpo(n));
            foreach (var sampling in stage.Sample(before, plan.PairSamples))
            {
                yield return sampling;
            }

            yield return stage.Label(before, plan.PairSamples);
            yield return stage.Pairs(dpo, before, SamplesBefore(plan, n));
            yield return stage.Tune(dpo, before);
            yield return stage.Evaluate(dpo);
            yield return stage.Distance(dpo, before);
            foreach (var other in plan.Result == LoopResult.Sft ? FineTuning(stage, plan, n) : [])
            {
                yield return other;
            }

            foreach (var other in plan.Baseline ? Baseline(stage, plan, n) : [])
            {
                yield return other;
            }
        }
    }

    private static IEnumerable<IStage> FineTuning(LoopStages stage, LoopPlan plan, int n)
    {
        var (dpo, sft) = (RunName.Dpo(n), RunName.Sft(n));
        foreach (var sampling in stage.Sample(dpo, plan.PseudoLabelSamples))
        {
            yield return sampling;
        }

        yield return stage.Label(dpo, plan.PseudoLabelSamples);
        yield return stage.PseudoLabels(plan.EarlierSamples switch
        {
            EarlierSamples.All => [.. SamplesBefore(plan, n), dpo],
            EarlierSamples.None => [dpo],
            _ => [.. dpo.Earlier(), dpo],
        });
        yield return stage.FineTune(sft, plan.Folder.PseudoLabels(dpo));
        yield return stage.Evaluate(sft);
    }

    // Whose samples the pairs of an iteration are of, the newest last.
    private static IReadOnlyList<RunName> SamplesBefore(LoopPlan plan, int n) => plan.EarlierSamples switch
    {
        EarlierSamples.None => [plan.ResultOf(n - 1)],
        EarlierSamples.All when plan.Result == LoopResult.Sft =>
            [RunName.Sft(0), .. Enumerable.Range(1, n - 1).SelectMany(i => (RunName[])[RunName.Dpo(i), RunName.Sft(i)])],
        _ => [.. Enumerable.Range(0, n).Select(plan.ResultOf)],
    };

    // Unless told how many, as many samples as the two samplings of the loop together, all from the fine-tuned model: of the warm-up's a
    // part is there. Told how many, it takes its own.
    private static IEnumerable<IStage> Baseline(LoopStages stage, LoopPlan plan, int n)
    {
        var own = plan.BaselineSamples;
        var (model, source, first, count) = n == 1
            ? (RunName.Sft(0), RunName.MoreOfWarmUp, plan.PairSamples, own ?? plan.PseudoLabelSamples)
            : (RunName.Baseline(n - 1), RunName.Baseline(n - 1), 0, own ?? plan.PairSamples + plan.PseudoLabelSamples);
        RunName[] warmUp = own is null ? [RunName.Sft(0), RunName.MoreOfWarmUp] : [RunName.MoreOfWarmUp];
        foreach (var sampling in stage.Sample(model, count, first, source))
        {
            yield return sampling;
        }

        yield return stage.Label(source, count, first);
        yield return stage.PseudoLabels(
            plan.EarlierSamples == EarlierSamples.None && n > 1 ? [source] : [.. warmUp, .. RunName.Baseline(n).Earlier()]);
        yield return stage.FineTune(RunName.Baseline(n), plan.Folder.PseudoLabels(source));
        yield return stage.Evaluate(RunName.Baseline(n));
    }

    /// <summary>
    /// Runs what is not done yet, then gives the evaluations of every model, in the order of the table; on the first rank.
    /// </summary>
    /// <exception cref="UserErrorException">A file is missing or broken, or another run holds the folder.</exception>
    public static IReadOnlyList<EvaluationRow> Run(LoopPlan plan, StageSelection selection, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(context);
        ModelBundle.CheckFolder(plan.BaseModel);
        var sets = CheckQuestions(plan);
        IStage[] stages = [.. Stages(plan)];
        StageRunner.Wanted(stages, selection);
        using var _ = context.IsFirst ? RunLock.Take(plan.Folder.Lock) : null;
        if (context.IsFirst)
        {
            DataGlance.Of(plan, sets).ToList().ForEach(context.Reporter.Note);
            RunRecord.Of(plan.Folder, stages, plan.TestSets[0].Key, context.Device.ToString(), plan.Configuration)
                .Write(plan.Folder.Outputs);
        }

        new StageRunner(context).Do(stages, selection);
        return !context.IsFirst ? []
            : [.. stages.OfType<EvaluateStage>().Where(IsCurrent).Select(s => s.Outputs[0]).SelectMany(EvaluationFile.Read)];
    }

    // Of a part of a run the others' evaluations may be of other models than there are now.
    private static bool IsCurrent(IStage stage) => Provenance.Of(stage.Options, stage.Inputs) is var made && stage.Outputs.All(made.Holds);

    /// <summary>What <see cref="Run"/> would do now; nothing is written.</summary>
    /// <exception cref="UserErrorException">A file is missing or broken, or the selection names no stage.</exception>
    public static IReadOnlyList<PlannedStage> Plan(LoopPlan plan, StageSelection selection, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(context);
        if (!Directory.Exists(plan.BaseModel))
        {
            context.Reporter.Note(
                $"{Shown.Path(plan.BaseModel)}: there is no such model folder yet; the run needs it (model.model_path, below DATA_DIR).");
        }

        foreach (var (file, problems) in CheckQuestions(plan))
        {
            if (problems.Said is { } said)
            {
                context.Reporter.Note($"{Shown.Path(file)}: {said}");
            }
        }

        return new StageRunner(context).Plan([.. Stages(plan)], selection);
    }

    // A mistake in what is read only hours later is told now, before anything is written.
    private static List<(string File, ProblemSet Problems)> CheckQuestions(LoopPlan plan)
    {
        var files = plan.TestSets.Select(set => set.Value).Append(plan.PoolFile).Prepend(plan.TrainFile).OfType<string>().ToList();
        var absent = files.Where(file => !FileSet.Exists(file)).Select(Shown.Path).ToList();
        if (absent.Count > 1)
        {
            throw new UserErrorException(
                $"{string.Join(", ", absent)}: there are no such files; expected files with one JSON object a line: "
                + "put them there, or change "
                + "data.train_data_path, data.pool_path, data.test_data_path and data.ood_data_path.");
        }

        var verifier = Verifiers.Of(plan.Verifier);
        return files.ConvertAll(file => (file, ProblemSet.Load(file, verifier, plan.Columns)));
    }
}
