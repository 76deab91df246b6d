using System.Text.Json;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Tensors.Files;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Families;

/// <summary>A tiny model of a family as transformers 5 saves it, with golden numbers.</summary>
internal sealed class FamilyFixture : IDisposable
{
    private readonly JsonElement golden;

    public FamilyFixture(string name, TrainingCompute? compute = null)
    {
        Folder = SharedFolder.Path("fixtures", "families", name);
        golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "golden.json"))).RootElement;
        Model = ModelFolder.Load(Folder, CPU, compute);
        Batch = GoldenBatch(golden);
        var tensors = Path.Combine(Folder, "tensors.safetensors");
        Tensors = File.Exists(tensors) ? SafeTensorsFile.Open(tensors) : null;
    }

    /// <summary>Every family's folder.</summary>
    public static TheoryData<string> All =>
    [
        "gemma2-b", "gemma3", "llama-bias", "llama-eos-list", "llama-like-smollm2", "llama3-rope-parameters", "mistral", "mistral-window",
        "mt5-b", "phi3", "phi3-partial", "phi4-mini-longrope", "qwen2-tied", "qwen2-untied", "qwen2-yarn-b", "qwen3", "smollm3",
        "t5-v10-saved-by-5", "t5-v11-saved-by-5",
    ];

    public string Folder { get; }

    public ILanguageModel Model { get; }

    public TokenBatch Batch { get; }

    public SafeTensorsFile? Tensors { get; }

    public double Loss => golden.GetProperty("loss").GetDouble();

    public double[] AdamWLosses => golden.GetProperty("adamw_losses_lr1e-3_wd0.01_clip1").Deserialize<double[]>()!;

    public int[][] Greedy => golden.GetProperty("greedy_24").Deserialize<int[][]>()!;

    /// <summary>The three rows of every family's golden numbers.</summary>
    public static TokenBatch GoldenBatch(JsonElement golden) => TokenBatch.Of([.. golden.GetProperty("prompts").Deserialize<int[][]>()!
        .Zip(golden.GetProperty("completions").Deserialize<int[][]>()!).Select((row, b) => (row.First, row.Second, (long)b))]);

    public void Dispose()
    {
        Model.Dispose();
        Tensors?.Dispose();
    }
}
