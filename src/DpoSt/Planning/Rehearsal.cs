using DpoSt.Answering;
using DpoSt.Configuration;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Hub;
using DpoSt.Models.Adapters;
using DpoSt.Models.Checkpoints;
using DpoSt.SelfTraining;
using DpoSt.SelfTraining.Sessions;
using DpoSt.SelfTraining.Stages;
using DpoSt.Text.Tokenizers;
using DpoSt.Verification;
using static System.FormattableString;

namespace DpoSt.Planning;

/// <summary>What a run would read, read as far as its beginning: the header of the weights, the first rows of every file as tokens, and
/// whether the state of the training fits into memory. Nothing is written or fetched.</summary>
internal sealed class Rehearsal
{
    private const int Rows = 20;
    private readonly List<string> done = [];
    private readonly List<string> left = [];

    private Rehearsal() { }

    /// <summary>What was looked at, and what it is.</summary>
    public IReadOnlyList<string> Checked => done;

    /// <summary>What a run may still stumble over.</summary>
    public IReadOnlyList<string> NotChecked => left;

    /// <summary>Rehearses what a configuration describes.</summary>
    /// <param name="options">The configuration, of a stage or of a whole run.</param>
    /// <param name="paths">Where it reads.</param>
    /// <param name="free">Bytes of memory that are free; null where nobody says.</param>
    /// <param name="isLoop">Whether it is a whole run.</param>
    /// <exception cref="UserErrorException">A run would be refused for what was found.</exception>
    public static Rehearsal Of(ExperimentOptions options, RunPaths paths, long? free, bool isLoop)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(paths);
        var rehearsal = new Rehearsal();
        var isDpo = !isLoop && options.Model.SftRunName is not null;
        var settings = isDpo ? Recipes.Dpo(options) : Recipes.Sft(options);
        var encoder = rehearsal.Model(paths.ModelFolder, settings, free);
        foreach (var file in Files(options, paths, isLoop, isDpo))
        {
            rehearsal.Data(file, encoder);
        }

        rehearsal.left.AddRange(
        [
            $"rows behind the first {Rows} of a file (dpost data FILE reads all)",
            "the numbers of the weights (only their header was read)",
            "time, and memory of activations (dpost plan)",
        ]);
        return rehearsal;
    }

    private static IEnumerable<RowsToRead> Files(
        ExperimentOptions options, RunPaths paths, bool isLoop, bool isDpo)
    {
        var (data, judge) = (options.Data, new Lazy<IVerifier>(() => Verifiers.Of(Recipes.Verifier(options.Data))));
        if (isDpo)
        {
            var folder = data.DataDir is { } given ? paths.DataFile(given) : null;
            if (folder is not null && Path.Combine(folder, PreferencePairFile.Name("train")) is var pairs && File.Exists(pairs))
            {
                yield return new(
                    pairs, data.Split is null, encoder => PreferencePairFile.Read(pairs).Take(Rows).Select(pair => Length(encoder, pair)));
            }
        }
        else if (!isLoop)
        {
            var learnt = paths.DataFile(data.DataPath);
            var columns = ConfiguredStages.IsOwn(paths, learnt) ? new() : data.Columns;
            yield return new(
                learnt, data.Split is null, encoder => RationaleFile.Read(learnt, columns).Take(Rows).Select(row => Length(encoder, row)));
        }

        (string? Name, bool IsNeeded)[] questions =
        [
            (data.TrainDataPath, isLoop || data.Split == "train"), (data.PoolPath, isLoop || data.Split == "train"),
            (data.DevDataPath, data.Split == "dev"), (data.TestDataPath, isLoop || data.Split == "test"),
            (isLoop ? data.OodDataPath : null, true),
        ];
        foreach (var (name, isNeeded) in questions.Where(set => set.Name is not null).Select(set => (set.Name!, set.IsNeeded)))
        {
            var file = DatasetName.IsOne(name) ? name : paths.DataFile(name);
            yield return new(file, isNeeded, encoder => ProblemSet.First(file, Rows, judge.Value, data.Columns)
                .Select(problem => encoder?.Question(problem.Question).Length ?? 0));
        }
    }

    private static int Length(RowEncoder? encoder, RationaleRow row)
    {
        var (prompt, completion) = encoder?.Row(row) ?? ([], []);
        return prompt.Length + completion.Length;
    }

    private static int Length(RowEncoder? encoder, PreferencePair pair)
    {
        var (question, right, wrong) = encoder?.Prepared(pair) ?? pair;
        var (prompt, chosen, rejected) = encoder?.Pair(question, right, wrong) ?? ([], [], []);
        return prompt.Length + Math.Max(chosen.Length, rejected.Length);
    }

    // What encodes its rows; null where that cannot be had.
    private RowEncoder? Model(string folder, TrainingSettings settings, long? free)
    {
        if (!AdapterFolder.Is(folder) && !File.Exists(Path.Combine(folder, CheckpointFiles.Config)))
        {
            left.Add($"{Shown.Path(folder)}: not there, so neither weights nor memory, and no row as tokens");
            return null;
        }

        done.Add($"{Shown.Path(folder)}: {ModelFolder.Inspect(folder)}");
        TrainingSession.CheckMemory(folder, free, settings.Recipe.Compute);
        done.Add($"a training changes {TrainedParameters.Of(folder, settings.Recipe.Compute)}");
        if (free is { } room)
        {
            done.Add($"memory: weights, gradients and optimizer fit into the {Bytes.Text(room)} that is free");
        }

        if (TokenizerLoader.IsIn(ModelFolder.TextsOf(folder)))
        {
            return RowEncoder.Of(folder, settings.Prompt, settings.Limits);
        }

        left.Add($"{Shown.Path(folder)}: it has no tokenizer, so no row as tokens");
        return null;
    }

    private void Data(RowsToRead rows, RowEncoder? encoder)
    {
        var file = rows.File;
        if (DatasetName.IsOne(file) || !FileSet.Exists(file))
        {
            left.Add(DatasetName.IsOne(file) ? $"{file}: it is fetched when the run begins" : $"{Shown.Path(file)}: not there");
            return;
        }

        List<int> lengths;
        try
        {
            lengths = [.. rows.Tokens(encoder)];
        }
        catch (UserErrorException e) when (!rows.IsNeeded)
        {
            left.Add($"{e.Message.TrimEnd('.')} (another command would read it)");
            return;
        }

        var longest = encoder is null || lengths.Count == 0 ? "" : Invariant($", up to {lengths.Max()} tokens each");
        if (done.TrueForAll(line => !line.StartsWith($"{Shown.Path(file)}: ", StringComparison.Ordinal)))
        {
            done.Add($"{Shown.Path(file)}: {(lengths.Count < Rows ? "" : "the first ")}{Counted.Of(lengths.Count, "row")}{longest}");
        }
    }

    // A file and how many tokens its first rows have. What another command would refuse is no mistake of the one that is meant.
    private sealed record RowsToRead(string File, bool IsNeeded, Func<RowEncoder?, IEnumerable<int>> Tokens);
}
