using System.Text.Json;
using DpoSt.Models;
using DpoSt.Models.Llama;
using DpoSt.Models.T5;
using DpoSt.Parallel;
using DpoSt.Tensors;
using DpoSt.Tests.Models;
using DpoSt.Tests.Training;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>Short trainings of the shared fixtures by any number of ranks: losses and final weights.</summary>
internal static class TrainingFixture
{
    public static readonly string[] Models = ["t5-v10-relu-tied", "t5-v11-gated-gelu", "llama-mha", "llama-gqa"];

    /// <summary>Every fixture, objective and type; the first rank writes what came of it.</summary>
    public static void Run(IProcessGroup group, string folder)
    {
        foreach (var (model, dpo, wide) in from model in Models from dpo in new[] { false, true } from wide in new[] { false, true } select (model, dpo, wide))
        {
            Run(group, model, dpo, wide, Path.Combine(folder, Name(model, dpo, wide)));
        }
    }

    public static string Name(string model, bool dpo, bool wide) => $"{model}-{(dpo ? "dpo" : "sft")}-{(wide ? "fp64" : "fp32")}";

    /// <summary>The losses and gradient norms of every step.</summary>
    public static double[][] Steps(string path) => JsonSerializer.Deserialize<double[][]>(File.ReadAllText($"{path}.json"))!;

    private static void Run(IProcessGroup group, string name, bool dpo, bool wide, string path)
    {
        using var scope = NewDisposeScope();
        using var fixture = new ModelFixture(name);
        using var other = wide ? Wide(fixture.Model, name) : null;
        var model = other ?? fixture.Model;
        // Two micro-batches, the second of fewer rows than there may be ranks; dropout, clipping and a schedule as in earnest.
        var options = TrainingRuns.Options(6, 1e-4) with { Dropout = 0.1, MaxGradNorm = 1, Schedule = new LearningRateSchedule("cosine", 1e-4, 6, 2) };
        var rows = fixture.Batch();
        var replicas = DataParallel.Of(group, model.Parameters);
        var lines = new List<TrainingLine>();
        if (dpo)
        {
            Train(new DpoObjective(model, new PreferenceLoss()), [Pairs(model, rows, [0, 1, 2]), Pairs(model, rows, [3])]);
        }
        else
        {
            Train(new SftObjective(model), [rows.Rows([0, 1, 2]), rows.Rows([3])]);
        }

        if (group.Rank == 0)
        {
            File.WriteAllText($"{path}.json", JsonSerializer.Serialize(lines.Select(l => (double[])[l.Loss, l.GradNorm, .. l.Metrics.Values])));
            using var stream = File.Create($"{path}.safetensors");
            SafeTensorsWriter.Write(stream, model.Parameters.Specs.Select(s => new KeyValuePair<string, Tensor>(s.Name, model.Parameters[s.Name].detach())));
        }

        // Nothing but the gradients is exchanged after the start: copies that drift apart would be found here.
        foreach (var buffer in model.Parameters.Buffers)
        {
            var first = buffer.Values.detach().clone();
            group.Broadcast(first, 0);
            Assert.Equal(0, group.Sum([first.eq(buffer.Values).all().item<bool>() ? 0 : 1])[0]);
        }

        void Train<TBatch>(IObjective<TBatch> objective, TBatch[] batches)
            where TBatch : class => new Trainer<TBatch>(model.Parameters, objective, options, replicas).Run(_ => batches, lines.Add, _ => { }, CancellationToken.None);
    }

    private static PreferenceBatch Pairs(ILanguageModel model, TokenBatch rows, int[] part)
    {
        // The wrong answer to a question is the next one's.
        var tokens = new TokenBatch(
            [.. part.Select(i => rows.Prompts[i])], [.. part.Select(i => rows.Completions[i]), .. part.Select(i => rows.Completions[(i + 1) % rows.Completions.Count])],
            [.. part.Index().Select(p => p.Index), .. part.Index().Select(p => p.Index)], [.. part.Select(i => (long)i), .. part.Select(i => (long)i)]);
        return new PreferenceBatch(tokens, SequenceLogProbs.Score(model, tokens));
    }

    private static ILanguageModel Wide(ILanguageModel model, string name)
    {
        using var checkpoint = HubCheckpoint.Open(SharedFolder.Path("fixtures", name));
        if (model is T5Model t5)
        {
            var wide = new T5Model(t5.Config, new ParameterSet(T5Weights.Specs(t5.Config), CPU, ScalarType.Float64));
            checkpoint.LoadInto(wide.Parameters, n => T5Weights.MayIgnore(t5.Config, n));
            return wide;
        }

        var config = ((LlamaModel)model).Config;
        var llama = new LlamaModel(config, new ParameterSet(LlamaWeights.Specs(config), CPU, ScalarType.Float64));
        checkpoint.LoadInto(llama.Parameters, n => LlamaWeights.MayIgnore(config, n));
        return llama;
    }
}
