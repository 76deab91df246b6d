using System.Text.Json;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Decoder;
using DpoSt.Models.Parameters;
using DpoSt.Models.T5;
using DpoSt.Parallel;
using DpoSt.Tensors.Files;
using DpoSt.Tests.Models;
using DpoSt.Tests.Training;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using DpoSt.Training.Resuming;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>A short training of a shared fixture.</summary>
/// <param name="Model">The fixture.</param>
/// <param name="Dpo">Whether by preference.</param>
/// <param name="Wide">Whether in fp64.</param>
internal sealed record TrainingFixture(string Model, bool Dpo, bool Wide)
{
    /// <summary>Every fixture, objective and type.</summary>
    public static readonly TrainingFixture[] All =
    [
        .. from model in new[] { "t5-v10-relu-tied", "t5-v11-gated-gelu", "llama-mha", "llama-gqa" }
           from dpo in new[] { false, true }
           from wide in new[] { false, true }
           select new TrainingFixture(model, dpo, wide),
    ];

    public string Name => $"{Model}-{(Dpo ? "dpo" : "sft")}-{(Wide ? "fp64" : "fp32")}";

    /// <summary>The losses and gradient norms of every step.</summary>
    public static double[][] Steps(string path) => JsonSerializer.Deserialize<double[][]>(File.ReadAllText($"{path}.json"))!;

    /// <summary>Trains by any number of ranks; the first one writes what came of it.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="path">Where to, without an extension.</param>
    /// <param name="shards">Whether each rank keeps a part of the model.</param>
    /// <param name="cancel">Ends the run after a step.</param>
    /// <param name="checkpoints">Where the run resumes from and saves itself; null is nowhere.</param>
    public void Run(IProcessGroup group, string path, bool shards, CancellationToken cancel, ResumeStates? checkpoints = null)
    {
        using var scope = NewDisposeScope();
        var compute = shards
            ? new TrainingCompute(RecomputesBlocks: true, Shard: new ParameterShard(group.Rank, group.Size))
            : new TrainingCompute();
        using var fixture = new ModelFixture(Model, compute);
        using var other = Wide ? InFp64(fixture.Model, compute) : null;
        var model = other ?? fixture.Model;
        // Two micro-batches, the second of fewer rows than there may be ranks; dropout, clipping and a schedule as in earnest.
        var options = TrainingRuns.Options(
            6, 1e-4) with
        { Dropout = 0.1, MaxGradNorm = 1, Schedule = new LearningRateSchedule("cosine", 1e-4, 6, 2) };
        var rows = fixture.Batch();
        using var measured = shards ? new GatheredBytes(group, model.Parameters) : null;
        var replicas = Replicas.Of(measured ?? group, model.Parameters);
        measured?.Follow();
        var lines = new List<TrainingLine>();
        if (Dpo)
        {
            Train(new DpoObjective(model, new PreferenceLoss()), [Pairs(model, rows, [0, 1, 2]), Pairs(model, rows, [3])]);
        }
        else
        {
            Train(new SftObjective(model), [rows.Rows([0, 1, 2]), rows.Rows([3])]);
        }

        measured?.Check(ModelFolder.CostsOf(SharedFolder.Path("fixtures", Model)), Dpo || checkpoints is not null ? null : 2 * lines.Count);
        replicas.Collect([.. model.Parameters.Buffers.Select(b => (b.Values, b.Count))], whole =>
        {
            File.WriteAllText(
                $"{path}.json", JsonSerializer.Serialize(lines.Select(l => (double[])[l.Loss, l.GradNorm, .. l.Metrics.Values])));
            using var stream = File.Create($"{path}.safetensors");
            using var reader = new ParameterReader(model.Parameters, shards ? whole : null);
            SafeTensorsWriter.Write(
                stream, model.Parameters.Specs.Select(s => new PendingTensor(s.Name, model.Parameters.Dtype, s.Shape, () => reader[s])));
        });

        // Nothing but the gradients is exchanged after the start: copies that drift apart would be found here.
        foreach (var buffer in shards ? [] : model.Parameters.Buffers)
        {
            var first = buffer.Values.detach().clone();
            group.Broadcast(first, 0);
            Assert.Equal(0, group.Sum([first.eq(buffer.Values).all().item<bool>() ? 0 : 1])[0]);
        }

        void Train<TBatch>(IObjective<TBatch> objective, TBatch[] batches)
            where TBatch : class =>
                new Trainer<TBatch>(model.Parameters, objective, options, replicas)
                    .Run(_ => batches, lines.Add, _ => { }, cancel, checkpoints);
    }

    private static PreferenceBatch Pairs(ILanguageModel model, TokenBatch rows, int[] part)
    {
        // The wrong answer to a question is the next one's.
        var tokens = new TokenBatch(
            [.. part.Select(i => rows.Prompts[i])],
            [.. part.Select(i => rows.Completions[i]), .. part.Select(i => rows.Completions[(i + 1) % rows.Completions.Count])],
            [.. part.Index().Select(p => p.Index), .. part.Index().Select(p => p.Index)],
                [.. part.Select(i => (long)i), .. part.Select(i => (long)i)]);
        return new PreferenceBatch(tokens, SequenceLogProbs.Score(model, tokens));
    }

    private ILanguageModel InFp64(ILanguageModel model, TrainingCompute compute)
    {
        var (wide, naming) = model is T5Model t5
            ? ((ILanguageModel)new T5Model(t5.Config, Parameters(T5Weights.Specs(t5.Config)), compute.RecomputesBlocks),
                T5Weights.Naming)
            : ((DecoderModel)model).Traits is var traits
                ? (new DecoderModel(
                    traits, Parameters(DecoderWeights.Specs(traits)), compute.RecomputesBlocks), DecoderWeights.Naming(traits))
                : default;
        using var checkpoint = HubCheckpoint.Open(SharedFolder.Path("fixtures", Model), naming);
        checkpoint.LoadInto(wide.Parameters);
        return wide;

        ParameterSet Parameters(IReadOnlyList<ParameterSpec> specs) => new(specs, CPU, ScalarType.Float64, shard: compute.Shard);
    }
}
