using System.Text.Json;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Tensors.Files;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

/// <summary>One folder of golden numbers: its weights, inputs and expected tensors.</summary>
internal sealed class ModelFixture : IDisposable
{
    private readonly string folder;

    public ModelFixture(string name, TrainingCompute? compute = null)
    {
        folder = SharedFolder.Path("fixtures", name);
        Golden = SafeTensorsFile.Open(Path.Combine(folder, "tensors.safetensors"));
        Model = ModelFolder.Load(folder, CPU, compute);
        Inputs = Json("inputs.json");
    }

    public SafeTensorsFile Golden { get; }

    public ILanguageModel Model { get; }

    public JsonElement Inputs { get; }

    public JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, file))).RootElement;

    /// <summary>The fixture's batch, without its padding. A causal model's rows hold prompt and completion one after the other.</summary>
    public TokenBatch Batch(int first = 0, int count = int.MaxValue)
    {
        var ids = Rows(Inputs, "input_ids");
        var mask = Rows(Inputs, "attention_mask");
        var labels = Rows(Inputs, "labels");
        var causal = Model.IsCausal;
        return TokenBatch.Of([.. ids.Select((row, b) => (
            row.Where((_, s) => mask[b][s] == 1 && (!causal || labels[b][s] == -100)).ToArray(),
            labels[b].Where(l => l != -100).ToArray(),
            (long)b)).Skip(first).Take(count)]);
    }

    public static int[][] Rows(JsonElement json, string key) => json.GetProperty(key).Deserialize<int[][]>()!;

    /// <summary>The gradient of one Hugging Face name, cut out of ours.</summary>
    public Tensor Gradient(string hubName) => Part(hubName, t => t.grad!);

    public Tensor Value(string hubName) => Part(hubName, t => t.detach());

    public void Dispose()
    {
        Model.Dispose();
        Golden.Dispose();
    }

    private Tensor Part(string hubName, Func<Tensor, Tensor> choose)
    {
        foreach (var spec in Model.Parameters.Specs)
        {
            var row = 0L;
            foreach (var slice in spec.Slices)
            {
                if (slice.Name == hubName)
                {
                    return choose(Model.Parameters[spec.Name]).narrow(0, row, slice.Rows);
                }

                row += slice.Rows;
            }
        }

        throw new ArgumentException($"no parameter '{hubName}'", nameof(hubName));
    }
}
