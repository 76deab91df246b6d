using DpoSt.Answering;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Runs;
using DpoSt.SelfTraining.Resampling;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training.Objectives;
using DpoSt.Verification;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Fine-tunes a model on a file of questions with rationales, and evaluates those of another where the recipe wants it.</summary>
internal sealed record SftStage(
    string Name, string From, string Data, string? DevFile, string To, TrainingSettings Settings) : ITrainingStage
{
    /// <summary>What will judge answers: rationales whose final answer it cannot read are told.</summary>
    public IVerifier Judge { get; init; } = Verifiers.Number;

    /// <summary>What the columns of what it learns from are called.</summary>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>What those of the file to evaluate are called.</summary>
    public ColumnsSection DevColumns { get; init; } = new();

    public ResamplingOptions? Resampling { get; init; }

    public bool IsDpo => false;

    // The key of a training without resampling does not name it.
    public object Options => Resampling is null ? new { Objective = "sft", Settings } : new { Objective = "sft", Settings, Resampling };

    public IReadOnlyList<StageInput> Inputs =>
        [.. ModelInputs.Of(From), new(RoleOf("rows", Columns), Data), .. Resampling?.Questions.JudgedInputs ?? []];

    /// <summary>The role of a file whose columns have names of their own: other names make other rows of the same file.</summary>
    public static string RoleOf(string role, ColumnsSection columns) => columns == new ColumnsSection() ? role
        : $"{role} by the columns {string.Join(", ", Names(columns).Where(c => c.Name is not null).Select(c => $"{c.Key}={c.Name}"))}";

    private static (string Key, string? Name)[] Names(ColumnsSection columns) =>
    [
        ("question", columns.Question), ("answer", columns.Answer), ("gold", columns.Gold), ("choices", columns.Choices),
        ("id", columns.Id),
    ];

    public string Cost(RunContext context, bool isReady) =>
        Settings.Cost(this, context, isReady ? RationaleFile.Read(Data, Columns).Count() : null);

    public string Run(RunContext context, Provenance? made)
    {
        var (recipe, reporter) = (Settings.Recipe, context.Reporter);
        string? system = null;
        var rows = RationaleFile.Read(Data, Columns, shape => system = shape.System).ToList();
        if (rows.Count == 0)
        {
            throw new UserErrorException(
                $"{Data}: there is no row to train on; expected lines like {{\"question\": ..., \"answer\": ...}}.");
        }

        RationaleRow[] dev = [];
        if (recipe.Evaluates && DevFile is not null)
        {
            dev = [.. RationaleFile.Read(DevFile, DevColumns)];
            TrainingSettings.NoteIfNone(dev.Length, "row", DevFile, reporter);
        }

        ModelBundle.CheckFolder(From);
        ResamplingOptions.Check(Resampling, context);
        reporter.Begin(Name, $"fine-tune {Shown.Path(From)} on {rows.Count} rationales", recipe.StepsFor(rows.Count), "steps");
        if (system is not null && Settings.Prompt.System is null)
        {
            reporter.Note(
                $"{Shown.Path(Data)}: the rows have the system message {Shown.Quoted(system)}, which is left out, here and wherever the "
                + "model is asked; data.system gives it one.");
        }

        if (rows.Count(row => Judge.Refusal(GoldText.Of(row.Answer)) is not null) is > 0 and var silent)
        {
            reporter.Note(
                $"{Shown.Path(Data)}: {silent} of {rows.Count} rationales end without a final answer that the verifier {Judge.Name} "
                + "reads (behind ####), "
                + "so the model may learn to give none.");
        }

        return TrainingSession.Run(context, new TrainingTask(From, To, recipe, Settings.Prompt), made, (session, bundle) =>
        {
            var encoder = bundle.Encoder(Settings.Limits);
            session.ShowFirst(encoder.Show(rows[0]));
            // Rows of like length are evaluated together: nothing is learnt from their order.
            var eval = dev.Length == 0 ? null : EncodedRows.Of([.. dev.Select(encoder.Row).OrderBy(row => row.Completion.Length)]);
            var renewal = Resampling is null ? null
                : RenewedRationales.Of(Resampling, new Resampler(Resampling, bundle, context), encoder);
            var last = session.Train(
                new SftObjective(bundle.Model), EncodedRows.Of([.. rows.Select(encoder.Row)]), eval, bundle.Model.DropoutRate, renewal);
            return $"loss {last.Loss:0.000}";
        });
    }
}
