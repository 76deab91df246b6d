using DpoSt.Answering;
using DpoSt.Models;
using DpoSt.Models.Parameters;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Products;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.SelfTraining;

/// <summary>
/// What every training stage does around its training, from the folder of one model to that of another: it finds out whether the model is done
/// already and whether it fits, loads the model for one process or for several, and writes it.
/// </summary>
/// <param name="device">Where the model computes.</param>
/// <param name="referenceText">Whether texts are the reference's.</param>
/// <param name="fresh">Whether what is there already is left aside.</param>
/// <param name="group">Who trains together; the first rank alone writes.</param>
/// <param name="shards">Whether each rank keeps only its part of the model.</param>
internal sealed class TrainingRun(Device device, bool referenceText, bool fresh, IProcessGroup group, bool shards)
{
    private ParameterShard Shard => shards ? new ParameterShard(group.Rank, group.Size) : ParameterShard.Whole;

    // The ranks of a machine share it.
    private long? Room => FreeMemory.Of(device) / (RankEnvironment.Current?.LocalSize ?? 1);

    /// <summary>Trains, unless the model is done already; gives a sentence on what came out.</summary>
    /// <param name="from">The folder of the model that training starts from.</param>
    /// <param name="to">The folder of the model that comes out.</param>
    /// <param name="key">All that it depends on; asked for by the first rank only.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="reporter">Is told of a resume, and of what a person should know.</param>
    /// <param name="train">Trains the model in place, and says in a few words how it went.</param>
    /// <exception cref="UserErrorException">The model cannot be read, does not fit, or cannot be written.</exception>
    public string Run(string from, string to, Func<TrainingKey> key, TrainingRecipe recipe, IStageReporter reporter, Func<TrainingPlace, string> train)
    {
        var known = group.Rank == 0 ? key() : null;
        using var folder = known is null ? null : TrainingFolder.Open(to, known, recipe.TensorBoard, fresh, reporter);
        if (!group.First(folder is not null))
        {
            return $"{StageActions.Shown(to)} is done already with these options; --fresh trains it again";
        }

        TrainingRoom.Check(from, Room, Shard);
        Advise(recipe, reporter);
        using var bundle = ModelBundle.Load(from, referenceText, device, compute: Compute(recipe));
        var parameters = bundle.Model.Parameters;
        var replicas = Replicas.Of(group, parameters);
        var summary = train(new TrainingPlace(bundle, replicas, folder, known));
        replicas.Collect(
            [.. parameters.Buffers.Select(b => (b.Values, b.Count))], whole => folder!.Finish(bundle.Model, from, replicas.IsSharded ? whole : null));
        return $"{summary}; model in {StageActions.Shown(to)}";
    }

    // What is gathered for a block must not be kept for its backward pass.
    private TrainingCompute Compute(TrainingRecipe recipe) =>
        Shard.Count > 1 ? recipe.Compute with { RecomputesBlocks = true, Shard = Shard } : recipe.Compute;

    private void Advise(TrainingRecipe recipe, IStageReporter reporter)
    {
        if (recipe.Bf16 && Bf16Product.WayOn(device.type, ScalarType.BFloat16) == Bf16Way.Widened)
        {
            reporter.Note(
                "  this processor multiplies no faster in bfloat16 than in float32: without trainer.bf16 training is a little faster and more exact, with it activations take half the memory");
        }
    }
}

/// <summary>What a training works with.</summary>
/// <param name="Bundle">The model, which is trained in place.</param>
/// <param name="Replicas">Who trains together.</param>
/// <param name="Folder">Checkpoints and metrics; of the first rank only.</param>
/// <param name="Key">All that the outcome depends on; of the first rank only.</param>
internal sealed record TrainingPlace(ModelBundle Bundle, IReplicas Replicas, TrainingFolder? Folder, TrainingKey? Key);
