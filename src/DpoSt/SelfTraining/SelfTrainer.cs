using System.Reflection;
using DpoSt.Configuration;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Models.Checkpoints;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Tensors.Devices;
using DpoSt.Verification;

namespace DpoSt.SelfTraining;

/// <summary>Trains models from a program, by the stages and files of the command line: a folder that a program has begun the command line
/// goes on with. Cancelling ends at the next safe point, and the same call goes on from there.</summary>
public static class SelfTrainer
{
    private const string Run = "self-train";
    private const string Sft = "sft-0";
    private const string Dpo = "dpo-1";
    private const string Pairs = "data/pairs";

    /// <summary>The whole loop (Wang, Li, Lu, ACL 2024): fine-tune; then each iteration sample, pair, DPO, sample, keep right answers,
    /// fine-tune again; then evaluate.</summary>
    /// <returns>The models in the order in which they were made.</returns>
    /// <exception cref="UserErrorException">The model, a question or an override is wrong.</exception>
    public static Task<IReadOnlyList<TrainedModel>> RunAsync(
        TrainingJob job, TrainingQuestions questions, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(questions);
        return OnOwnThread(() => Loop(Placed(job), questions, cancel), cancel);
    }

    /// <summary>Fine-tunes the model on questions with rationales.</summary>
    /// <returns>The folder of the trained model.</returns>
    /// <exception cref="UserErrorException">The model, a row or an override is wrong.</exception>
    public static Task<string> FineTuneAsync(
        TrainingJob job, IReadOnlyList<TrainingQuestion> rows, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(rows);
        job = Placed(job);
        return OnOwnThread(
            () =>
            {
                var train = Write(job, "train", rows);
                return Stage(job, Sft, "sft", [$"data.data_path={train}", $"data.train_data_path={train}"], cancel);
            },
            cancel);
    }

    /// <summary>
    /// Tunes the model on preferences (DPO, or another <c>trainer.loss_type</c>); the model as it is now is the reference.
    /// </summary>
    /// <returns>The folder of the trained model.</returns>
    /// <exception cref="UserErrorException">The model, a pair or an override is wrong.</exception>
    public static Task<string> PreferAsync(TrainingJob job, IReadOnlyList<PreferencePair> pairs, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(pairs);
        job = Placed(job);
        return OnOwnThread(
            () =>
            {
                Directory.CreateDirectory(Path.Combine(job.Folder, Pairs));
                PreferencePairFile.Write(Path.Combine(job.Folder, Pairs, PreferencePairFile.Name(ExperimentFolder.Train)), pairs);
                return Stage(job, Dpo, "dpo", [$"data.data_dir={Pairs}"], cancel);
            },
            cancel);
    }

    // The current folder may be another by the time that a stage asks.
    private static TrainingJob Placed(TrainingJob job) => job with { Folder = Path.GetFullPath(job.Folder) };

    private static IReadOnlyList<TrainedModel> Loop(TrainingJob job, TrainingQuestions questions, CancellationToken cancel)
    {
        var train = Write(job, "train", questions.Train);
        List<string> overrides =
        [
            $"model.model_path={Quoted(Path.GetFullPath(job.Model))}", $"data.train_data_path={train}", $"data.dev_data_path={train}",
            $"data.test_data_path={Write(job, "test", questions.Test)}",
            .. questions.Pool is { } pool ? [$"++data.pool_path={Write(job, "pool", pool)}"] : Array.Empty<string>(),
            .. job.Overrides,
        ];
        var plan = new LoopConfiguration(LayRecipe(job), Run, overrides).Plan(folder: job.Folder);
        plan = job.Verifier is null ? plan : plan with { Verifier = Verifiers.Own(job.Verifier) };
        var test = plan.TestSets[0].Key;
        return [.. SelfTrainingLoop.Run(plan, StageSelection.All, Context(job, cancel)).Where(row => row.DataSet == test)
            .Select(row => new TrainedModel(
                row.Run, plan.Folder.Model(RunName.Parse(row.Run)), row.Greedy, row.GreedyLow, row.GreedyHigh))];
    }

    private static string Stage(TrainingJob job, string name, string command, string[] own, CancellationToken cancel)
    {
        string[] overrides = [$"model.model_path={Quoted(Path.GetFullPath(job.Model))}", .. own, .. job.Overrides];
        var options = ConfigBinder.Bind<ExperimentOptions>(ConfigComposer.Compose(LayRecipe(job), name, overrides)).Options;
        var paths = new RunPaths(options, job.Folder, job.Folder);
        new ConfiguredStages(options, paths).Do(command, Context(job, cancel));
        return paths.OutputFolder;
    }

    private static RunContext Context(TrainingJob job, CancellationToken cancel)
    {
        var device = ComputeDevice.Parse(job.Device);
        ComputeThreads.Use(job.Threads ?? Environment.ProcessorCount);
        return new RunContext(device, new SingleProcess(), new ProgramReporter(job.Progress, job.Logger), cancel);
    }

    // The recipes are embedded; they lie in the folder as on a command line, so that a person sees what was done.
    private static string LayRecipe(TrainingJob job)
    {
        var family = ModelFolder.IsCausal(job.Model) ? "decoder" : "t5";
        var folder = Path.Combine(job.Folder, "exp_config");
        Directory.CreateDirectory(folder);
        foreach (var name in (string[])[Run, Sft, Dpo])
        {
            using var recipe = Assembly.GetExecutingAssembly().GetManifestResourceStream($"recipes/{family}/{name}.yaml")!;
            using var reader = new StreamReader(recipe);
            AtomicFile.WriteAllText(Path.Combine(folder, $"{name}.yaml"), reader.ReadToEnd());
        }

        return folder;
    }

    private static string Write(TrainingJob job, string name, IReadOnlyList<TrainingQuestion> questions)
    {
        var path = Path.Combine("data", $"{name}.jsonl");
        Directory.CreateDirectory(Path.Combine(job.Folder, "data"));
        JsonLines.Write(
            Path.Combine(job.Folder, path), questions.Select((q, i) => new Problem($"{i}", q.Question, q.Rationale, q.Answer)));
        return path;
    }

    private static string Quoted(string path) =>
        $"'{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    // Hours of computing are no work for the thread pool.
    private static async Task<T> OnOwnThread<T>(Func<T> work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => MaskedThread.Run(() =>
        {
            try
            {
                result.SetResult(work());
            }
            catch (OperationCanceledException)
            {
                result.SetCanceled(cancel);
            }
            catch (Exception e)
            {
                result.SetException(e);
            }

            return 0;
        }))
        { IsBackground = true, Name = "dpost training" };
        thread.Start();
        return await result.Task.ConfigureAwait(false);
    }
}
