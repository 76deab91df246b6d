using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Tests.App;
using DpoSt.Tests.Text.Chat;

namespace DpoSt.Tests.SelfTraining;

/// <summary>
/// Models whose templates put thoughts where others have none learn behind the prompt that they are given, and learn to end.
/// </summary>
public sealed class ChatTrainingTests
{
    // Qwen3's template puts empty thoughts before an answer; DeepSeek-R1-Distill's prompt opens thoughts that its past turns do not have.
    [Theory]
    [InlineData("qwen3", "qwen3", "<|im_end|>", "<|im_start|>assistant\n", "<think>\n\n</think>\n\n#### 2<|im_end|>")]
    [InlineData(
        "qwen2-tied", "deepseek_r1_distill", "<｜end▁of▁sentence｜>", "<｜Assistant｜><think>\n", "#### 2<｜end▁of▁sentence｜>")]
    public void A_model_learns_its_template_s_answers_and_their_end(
        string family, string template, string end, string opening, string learnt)
    {
        using var run = NewRun(family, template, end);
        Assert.InRange(Ended(run, "family", end), 0, 5); // by chance

        var (code, _, error) = run.Run(TinyRun.Loop(
            "model.model_path=family", "loop.baseline=false", "loop.iterations=0", "sft.trainer.max_steps=60",
            "sft.trainer.per_device_train_batch_size=5", "sft.trainer.learning_rate=5e-3", "eval.max_new_tokens=40",
                "loop.eval_samples=0"));
        Assert.True(code == 0, error);

        Assert.Contains("the model is given the chat template of", error);
        Assert.Contains("the first row as the model sees it", error);
        var row = JsonDocument.Parse(File.ReadAllText(run.Path("ft_models/tiny/sft-0/first-row.json"))).RootElement;
        Assert.EndsWith(opening, TextOf(row, "given"), StringComparison.Ordinal);
        Assert.Equal(learnt, TextOf(row, "scored"));
        Assert.Equal(20, Ended(run, "ft_models/tiny/sft-0", end));
    }

    [Fact]
    public void A_model_that_would_not_end_its_answers_is_not_trained()
    {
        using var run = NewRun("qwen3", "qwen3", "</s>");
        var (code, _, error) = run.Run(TinyRun.Loop("model.model_path=family", "loop.iterations=0"));
        Assert.Equal(2, code);
        Assert.Contains("ends an answer with \"<|im_end|>\\n\", but generation stops at </s>", error);
    }

    // How many of the twenty answers end before the limit.
    private static int Ended(TinyRun run, string model, string end)
    {
        var input = string.Concat(Enumerable.Range(1, 20).Select(i =>
            JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = $"{i}?" } } }) + "\n"));
        var done = CommandRun.With(input, "complete", "--model", run.Path(model), "--max-new-tokens", "40", "--json");
        Assert.True(done.Code == 0, done.Error);
        var id = JsonNode.Parse(File.ReadAllText(run.Path("family/config.json")))!["eos_token_id"]!.GetValue<int>();
        Assert.NotEmpty(end);
        return done.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Count(line => JsonNode.Parse(line)!["ids"]!.AsArray() is [.., var last] && last!.GetValue<int>() == id);
    }

    private static string TextOf(JsonElement row, string part) => string.Concat(row.GetProperty("tokens").EnumerateArray()
        .Where(token => token.GetProperty("part").GetString() == part).Select(token => token.GetProperty("text").GetString()));

    private static TinyRun NewRun(string family, string template, string end)
    {
        var source = SharedFolder.Path("fixtures", "families", family);
        var run = new TinyRun();
        var texts = ChatGoldens.Cases.Select(name => ChatGoldens.Rendered(template, name) ?? "");
        Write("family/tokenizer.json", ChatTokenizers.Json(texts));
        Write("family/tokenizer_config.json", $$"""{"eos_token": "{{end}}"}""");
        Write("family/chat_template.jinja", ChatGoldens.Text(template));
        File.Copy(Path.Combine(source, "model.safetensors"), run.Path("family/model.safetensors"));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
        config["eos_token_id"] = ChatTokenizers.Of(texts).IdOf(end);
        Write("family/config.json", config.ToJsonString());
        string[] rows =
            [.. Enumerable.Range(1, 20).Select(i => JsonSerializer.Serialize(new { question = $"{i}?", answer = $"#### {i % 3 + 1}" }))];
        foreach (var name in (string[])["train", "dev", "pool", "test", "ood"])
        {
            File.WriteAllLines(run.Path($"data/{name}.jsonl"), rows);
        }

        return run;

        void Write(string name, string text) => AtomicFile.WriteAllText(run.Path(name), text);
    }
}
