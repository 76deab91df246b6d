using System.Text.Json;
using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Decoder;
using DpoSt.Tests.Tensors;
using DpoSt.Text.Tokenizers;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Families;

/// <summary>
/// A really trained Llama (grouped queries, tied head, heads of eight) against its published text and a float64 computation of its logits.
/// </summary>
public sealed class StoriesTests
{
    private static string Folder => SharedFolder.Path("models", "stories260K", "hf");

    private static JsonElement Golden =>
        JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path("models", "stories260K", "golden.json"))).RootElement;

    [Fact]
    public void Its_200_greedy_steps_are_the_published_text_byte_for_byte()
    {
        using var model = ModelFolder.Load(Folder, CPU);
        var tokenizer = TokenizerLoader.Load(Folder);
        var text = Generate(model, tokenizer, 200, [1])[0].Text;
        Assert.Equal(File.ReadAllText(SharedFolder.Path("models", "stories260K", "expected_200_steps.txt")), text);
    }

    [Fact]
    public void Greedy_ids_of_all_prompts_at_once_are_the_golden_ones()
    {
        using var model = ModelFolder.Load(Folder, CPU);
        var tokenizer = TokenizerLoader.Load(Folder);
        var rows = Golden.GetProperty("greedy")
            .EnumerateArray()
            .Select(r => (Text: r.GetProperty("prompt").GetString()!, Prompt: Ids(r, "prompt_ids"), New: Ids(r, "new_ids")))
            .ToArray();
        var finished = Generate(model, tokenizer, rows.Max(r => r.New.Length), [.. rows.Select(r => r.Prompt)]);
        foreach (var (row, answer) in rows.Zip(finished))
        {
            Assert.Equal(row.Prompt, tokenizer.Encode(row.Text));
            Assert.Equal(row.New, answer.Ids.Take(row.New.Length));
        }
    }

    [Fact]
    public void Logits_and_log_probabilities_are_the_golden_ones()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = (DecoderModel)ModelFolder.Load(Folder, CPU);
        foreach (var row in Golden.GetProperty("logits").EnumerateArray())
        {
            var states = model.States(PackedRows.Of(new TokenBatch([Ids(row, "ids")], [], [], []), null, CPU, [null]), null);
            var last = model.Logits(states)[-1];
            KernelCheck.Close(tensor(row.GetProperty("last_logits").Deserialize<float[]>()!), last, 1e-5, "logits");
        }

        foreach (var row in Golden.GetProperty("logprobs").EnumerateArray())
        {
            var ids = Ids(row, "ids");
            var logProbs = model.TokenLogProbs(TokenBatch.Of([(ids[..1], ids[1..], 0)]), null);
            KernelCheck.Close(tensor(row.GetProperty("next_token_logprobs").Deserialize<float[]>()!), logProbs, 1e-5, "log-probabilities");
        }
    }

    private static Generated[] Generate(ILanguageModel model, ITokenizer tokenizer, int count, params int[][] prompts)
    {
        var finished = new Generated[prompts.Length];
        new DpoSt.Generation.Generator(model, tokenizer, new GenerationOptions(count, prompts.Length, null)).Run(
            [.. prompts.Select((prompt, i) => new GenerationRequest($"{i}", 0, prompt))], answer =>
                finished[answer.Index] = answer, TestContext.Current.CancellationToken);
        return finished;
    }

    private static int[] Ids(JsonElement row, string key) => row.GetProperty(key).Deserialize<int[]>()!;
}
