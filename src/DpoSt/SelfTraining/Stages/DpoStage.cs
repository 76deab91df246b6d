using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Runs;
using DpoSt.SelfTraining.Resampling;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training.Objectives;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Tunes a model on preference pairs, and evaluates the withheld ones, or on right and wrong answers one by one (KTO); the
/// reference is the model as it comes.</summary>
internal sealed record DpoStage(
    string Name, string From, string PairsFolder, string To, PreferenceLoss Loss, TrainingSettings Settings) : ITrainingStage
{
    public ResamplingOptions? Resampling { get; init; }

    // Pairs of one's own may be a file with any name, or a pattern of several.
    public string Data => File.Exists(PairsFolder) || FileSet.IsPattern(PairsFolder) ? PairsFolder : Path.Combine(
        PairsFolder, Loss.IsUnpaired ? JudgedRowFile.Name("train") : PreferencePairFile.Name("train"));

    public bool IsDpo => true;

    // The key of a training without resampling does not name it.
    public object Options => Resampling is null ? new { Objective = "dpo", Loss, Settings }
        : new { Objective = "dpo", Loss, Settings, Resampling };

    public IReadOnlyList<StageInput> Inputs =>
        [.. ModelInputs.Of(From), new("pairs", Data), .. Resampling?.Questions.JudgedInputs ?? []];

    public string Cost(RunContext context, bool isReady) => Settings.Cost(this, context, isReady ? Pairs().Count : null);

    /// <summary>What it trains on, pair by pair; a row without one with a completion of another prompt.</summary>
    public IReadOnlyList<PreferencePair> Pairs() => Rows().Pairs;

    /// <summary>All that a reference's scores of a file of pairs depend on but the file.</summary>
    public string ReferenceKey(string model) => ContentKey.Of(new { Settings.Limits, Settings.Prompt, Settings.Recipe.Bf16 }, model);

    public string Run(RunContext context, Provenance? made)
    {
        var recipe = Settings.Recipe;
        var (pairs, labels) = Rows();
        if (pairs.Count == 0)
        {
            throw new UserErrorException(
                $"{Data}: there is no pair to learn from; expected lines like {{\"prompt\": ..., \"chosen\": ..., \"rejected\": ...}}: "
                + "make them with dpost make-dpo-data.");
        }

        ModelBundle.CheckFolder(From);
        CheckProcesses(context);
        ResamplingOptions.Check(Resampling, context);
        context.Reporter.Begin(
            Name, $"{(Loss.IsUnpaired ? "KTO" : "DPO")} from {Shown.Path(From)} on {pairs.Count} {(Loss.IsUnpaired ? "answers" : "pairs")}",
            recipe.StepsFor(pairs.Count), "steps");
        return TrainingSession.Run(context, new TrainingTask(From, To, recipe, Settings.Prompt), made, (session, bundle) =>
        {
            var encoder = bundle.Encoder(Settings.Limits);
            var first = encoder.Prepared(pairs[0]);
            session.ShowFirst(encoder.Show(first.Prompt, first.Chosen));
            var reference = made is null ? "" : ReferenceKey(ModelInputs.KeyOf(made));
            var train = EncodedPairs.Of(pairs, Data, encoder);
            train.Score(bundle, reference, session.Replicas, context);
            train.Labels = Loss.IsUnpaired ? [.. labels] : null;
            var renewal = Resampling is null ? null : RenewedPairs.Of(
                Resampling, new Resampler(Resampling, bundle, context), encoder, Loss.IsUnpaired,
                drawn => ScoreByReference(drawn, session, context));
            if (Loss.IsUnpaired)
            {
                if (recipe.Evaluates)
                {
                    context.Reporter.Note("KTO withholds no answers, so nothing is evaluated.");
                }

                var end = session.Train(new KtoObjective(bundle.Model, Loss), train.Examples, null, dropout: 0, renewal);
                return $"on the right side {end.Metrics["rewards/accuracies"]:0.00}, distance {end.Metrics["kl"]:0.00}";
            }

            var withheld = recipe.Evaluates ? Withheld(encoder, context.Reporter) : null;
            withheld?.Score(bundle, reference, session.Replicas, context);
            // The policy is compared with the reference: no dropout.
            var last = session.Train(new DpoObjective(bundle.Model, Loss), train.Examples, withheld?.Examples, dropout: 0, renewal);
            var (accuracy, margin, chosen) = (
                last.Metrics["rewards/accuracies"], last.Metrics["rewards/margins"], last.Metrics["rewards/chosen"]);
            return $"pair accuracy {accuracy:0.00}, margin {margin:0.000}, chosen log-ratio {chosen / Loss.Beta:0.00}";
        });
    }

    // The policy has moved: what it started from is read again, and is in memory only while it scores.
    private void ScoreByReference(EncodedPairs drawn, TrainingSession session, RunContext context)
    {
        using var reference = ModelBundle.Load(From, Settings.Prompt, context, toRead: true, Settings.Recipe.Compute);
        drawn.Score(reference.Model, From, session.Replicas, context);
    }

    // Labels are those of rows without pairs.
    private (IReadOnlyList<PreferencePair> Pairs, IReadOnlyList<bool> Labels) Rows()
    {
        if (!Loss.IsUnpaired)
        {
            return ([.. PreferencePairFile.Read(Data)], []);
        }

        JudgedRow[] rows = [.. JudgedRowFile.Read(Data)];
        return (JudgedRows.WithStrangers(rows, Data), [.. rows.Select(row => row.IsRight)]);
    }

    // Its distance is that of a whole batch, which no process has alone.
    private void CheckProcesses(RunContext context)
    {
        if (Loss.IsUnpaired && context.Group.Size > 1)
        {
            throw new UserErrorException(
                $"trainer.loss_type is kto, which trains in one process, but there are {context.Group.Size}: run it without --nproc.");
        }
    }

    private EncodedPairs? Withheld(RowEncoder encoder, IStageReporter reporter)
    {
        var file = Path.Combine(PairsFolder, PreferencePairFile.Name("eval"));
        var pairs = EncodedPairs.Read(file, encoder);
        TrainingSettings.NoteIfNone(pairs.Count, "pair", file, reporter);
        return pairs.Count > 0 ? pairs : null;
    }
}
