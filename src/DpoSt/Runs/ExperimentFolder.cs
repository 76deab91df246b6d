using DpoSt.Configuration;
using DpoSt.Data.PaperFormats;

namespace DpoSt.Runs;

/// <summary>Every path of an experiment, under the names of the paper's code.</summary>
/// <param name="Name">The experiment's name.</param>
/// <param name="Models">The folder of its models, <c>ft_models/EXPERIMENT</c>.</param>
/// <param name="Outputs">The folder of its samples, <c>model_outputs/EXPERIMENT</c>.</param>
/// <param name="Results">Its results, <c>results/EXPERIMENT.json</c>.</param>
internal sealed record ExperimentFolder(string Name, string Models, string Outputs, string Results)
{
    /// <summary>The split that models learn from.</summary>
    public const string Train = "train";

    /// <summary>The file of <see cref="Distance"/>.</summary>
    internal const string DistanceName = "distance.json";

    /// <summary>The file that keeps a second process out while one works in the experiment.</summary>
    public string Lock => Path.ChangeExtension(Results, ".lock");

    /// <summary>The experiment of a configuration.</summary>
    public static ExperimentFolder Of(RunPaths paths, string name)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return new ExperimentFolder(name, paths.ModelsFolder, paths.OutputsFolder, paths.ResultsFile);
    }

    /// <summary>A run's model.</summary>
    public string Model(RunName run) => Path.Combine(Models, run.Text);

    /// <summary>The folder of what a run answered to a split's questions.</summary>
    public string Answers(RunName run, string split = Train) => Path.Combine(Outputs, run.Text, split);

    /// <summary>One sample of every question of a split, <c>seed_K-t_T.json</c>.</summary>
    public string Sample(RunName run, string split, int seed, double temperature) =>
        Path.Combine(Answers(run, split), SampleFile.Name(seed, temperature));

    /// <summary>The greedy answers to a split's questions, <c>greedy_decode.json</c>.</summary>
    public string Greedy(RunName run, string split) => Path.Combine(Answers(run, split), SampleFile.GreedyName);

    /// <summary>The greedy answers without a calculator.</summary>
    public string GreedyWithoutCalculator(RunName run, string split) => Path.Combine(Answers(run, split), "greedy_decode-no_calc.json");

    /// <summary>A run's samples sorted by verdict, <c>train_dpo_data.jsonl</c>.</summary>
    public string Labelled(RunName run, string split = Train) => Path.Combine(Answers(run, split), LabelledQuestionFile.Name(split));

    /// <summary>The rows that the next fine-tuning learns from, <c>train_rft_processed.jsonl</c>.</summary>
    public string PseudoLabels(RunName run) => Path.Combine(Answers(run), RationaleFile.Name(Train));

    /// <summary>How far a run's model is from its reference.</summary>
    public string Distance(RunName run) => Path.Combine(Outputs, run.Text, DistanceName);

    /// <summary>A run's evaluation on every test set.</summary>
    public string Evaluation(RunName run) => Path.Combine(Outputs, run.Text, "evaluation.json");
}
