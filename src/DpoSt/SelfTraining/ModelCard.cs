using System.Globalization;
using System.Text;
using DpoSt.Answering;
using DpoSt.Evaluation;
using DpoSt.Hub;
using DpoSt.Models.Adapters;
using DpoSt.Runs;
using static System.FormattableString;

namespace DpoSt.SelfTraining;

/// <summary>The description of a model for a hub, in its form (Markdown with a YAML head): what the folder and the run beside it say, and
/// nothing else.</summary>
internal static class ModelCard
{
    private const int MostFolders = 1000;

    /// <summary>Writes the card of a folder's model or adapter.</summary>
    /// <param name="folder">The folder; of a run it is <c>ft_models/EXPERIMENT/RUN</c>, with <c>model_outputs/EXPERIMENT</c> near.</param>
    /// <param name="name">What the model is called.</param>
    /// <exception cref="UserErrorException">A file that tells of it is broken.</exception>
    public static string Of(string folder, string name)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var adapter = AdapterFolder.Is(place) ? AdapterConfig.Read(place) : null;
        var run = RunOf(place);
        var start = run?.Record.Configuration.GetValueOrDefault("run")?.Model.ModelPath ?? adapter?.Base;
        var text = new StringBuilder("---\n");
        if (start is not null && IsOfHub(start, place))
        {
            text.Append(CultureInfo.InvariantCulture, $"base_model: {start}\n");
        }

        text.Append(adapter is null ? "library_name: transformers\n" : "library_name: peft\n").Append("tags:\n- dpost\n---\n\n");
        text.Append(CultureInfo.InvariantCulture, $"# {Plain(name)}\n\n");
        text.Append(run is null ? "There was no record of a training beside this model when it was uploaded with dpost.\n"
            : $"A model that dpost trained on its own verified answers: {Code(Path.GetFileName(place))} "
                + $"of the experiment {Code(run.Record.ExpName)}.\n");
        Rows(text, "", Facts(adapter, start, run?.Record));
        if (run is not null)
        {
            Rows(text, "Recipe", Recipe(run.Record, Path.GetFileName(place)));
            Figures(text, place, run);
            Rows(text, "Versions", run.Record.Versions.Select(version => (version.Key, version.Value)));
        }

        return text.ToString();
    }

    private static IEnumerable<(string, string)> Facts(AdapterConfig? adapter, string? start, RunRecord? record)
    {
        if (start is not null)
        {
            yield return ("base model", Named(start));
        }

        if (adapter is not null)
        {
            yield return ("adapter", Invariant($"LoRA, r {adapter.Options.R}, alpha {adapter.Options.LoraAlpha}"));
        }

        if (record?.Configuration.GetValueOrDefault("run")?.Data is { } data)
        {
            yield return ("training data", Named(data.TrainDataPath));
            if (data.PoolPath is { } pool)
            {
                yield return ("questions for pseudo-labels", Named(pool));
            }

            yield return ("test data", Named(data.TestDataPath));
            yield return ("verifier", data.Verifier.ToString().ToLowerInvariant());
        }
    }

    private static IEnumerable<(string, string)> Recipe(RunRecord record, string run)
    {
        var kind = RunName.Parse(run).Kind;
        if (record.Configuration.GetValueOrDefault(kind == RunName.DpoKind ? "dpo" : "sft")?.Trainer is not { } trainer)
        {
            yield break;
        }

        yield return ("stages", string.Join(", ", record.Stages.Select(stage => stage.Name)
            .Where(name => !name.Contains(' ', StringComparison.Ordinal))));       // those that leave a model are called as it is
        yield return ("learning rate", Invariant($"{trainer.LearningRate} ({trainer.LrSchedulerType})"));
        yield return ("batch", Invariant($"{trainer.PerDeviceTrainBatchSize} rows x {trainer.GradientAccumulationSteps}, a process"));
        yield return trainer.MaxSteps > 0
            ? ("steps", Invariant($"{trainer.MaxSteps}")) : ("epochs", Invariant($"{trainer.NumTrainEpochs}"));
        yield return ("seed", Invariant($"{trainer.Seed}"));
        if (kind == RunName.DpoKind)
        {
            yield return ("loss", Invariant($"{trainer.LossType}, beta {trainer.Beta}"));
        }
    }

    // Only of this very model: a folder of the same name may have been made anew.
    private static void Figures(StringBuilder text, string folder, Run run)
    {
        var file = Path.Combine(run.Outputs, Path.GetFileName(folder), "evaluation.json");
        if (!File.Exists(file) || Provenance.Read(file) is not { Files: not null } made || made.Damage(file) is not null
            || !IsOf(made, folder))
        {
            text.Append("\n## Figures\n\nNo evaluation of this model was beside it.\n");
            return;
        }

        text.Append("\n## Figures\n\nGreedy answers, with Wilson's 95 % interval; pass@1 and pass@n of n samples a question.\n\n"
            + "| data | questions | greedy | interval | samples | pass@1 | pass@n |\n|---|---|---|---|---|---|---|\n");
        foreach (var row in EvaluationFile.Read(file))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {Plain(row.DataSet)} | {row.Problems} | {Share(row.Greedy)} | {Share(row.GreedyLow)} to {Share(row.GreedyHigh)} "
                + $"| {row.Samples} | {Share(row.PassAt1)} | {Share(row.PassAtN)} |\n");
        }
    }

    private static bool IsOf(Provenance made, string folder)
    {
        try
        {
            return made.Inputs.ContainsKey("model") && ModelInputs.KeyOf(made) == ModelInputs.KeyOf(folder);
        }
        catch (UserErrorException)
        {
            return false;                                      // an adapter whose model is elsewhere
        }
    }

    private static void Rows(StringBuilder text, string title, IEnumerable<(string Name, string Value)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            return;
        }

        text.Append(title.Length == 0 ? "\n" : $"\n## {title}\n\n").Append("| | |\n|---|---|\n");
        all.ForEach(row => text.Append(CultureInfo.InvariantCulture, $"| {Plain(row.Name)} | {Plain(row.Value)} |\n"));
    }

    /// <summary>The run that made a model, by its record.</summary>
    private sealed record Run(RunRecord Record, string Outputs);

    // ft_models/EXPERIMENT/RUN: the record is in a folder of the experiment's name two floors below what holds both, and names the models'.
    private static Run? RunOf(string model)
    {
        var models = Path.GetDirectoryName(model);
        var both = Path.GetDirectoryName(Path.GetDirectoryName(models));
        if (models is null || both is null)
        {
            return null;
        }

        foreach (var outputs in Directory.EnumerateDirectories(both).Take(MostFolders)
            .Select(folder => Path.Combine(folder, Path.GetFileName(models)))
            .Where(folder => File.Exists(Path.Combine(folder, RunRecord.Name))))
        {
            var record = RunRecord.Read(outputs);
            if (PathIdentity.Of(Path.GetFullPath(record.Models, outputs)) == PathIdentity.Of(models))
            {
                return new Run(record, outputs);
            }
        }

        return null;
    }

    // A path looks like a name on the hub: it is one where no folder has it and the hub's cache has.
    private static bool IsOfHub(string start, string folder)
    {
        var here = Directory.GetCurrentDirectory();
        return HubModels.IsName(start) && !Path.Exists(Path.GetFullPath(start, here)) && !Path.Exists(Path.GetFullPath(start, folder))
            && Path.Exists(HubModels.Folder(start, here));
    }

    // Where files lie on somebody's machine is nobody's business.
    private static string Named(string path) => Code(
        Path.IsPathRooted(path) || path.StartsWith('~') || path.StartsWith("..", StringComparison.Ordinal)
            ? Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) : path);

    private static string Code(string text) => $"`{text.Replace("`", "", StringComparison.Ordinal)}`";

    // Nothing that a name holds makes a table, a heading or a tag.
    private static string Plain(string text) => Shown.Printable(Shown.Text(text)).Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace('\n', ' ').Replace('\r', ' ');

    private static string Share(double? share) => share is { } value ? Invariant($"{100 * value:0.0} %") : "";
}
