using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Models.Checkpoints;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Tests.App;
using DpoSt.Tests.Text.Chat;
using DpoSt.Training;
using DpoSt.Training.Objectives;

namespace DpoSt.Tests.SelfTraining;

/// <summary>
/// Models whose templates put thoughts where others have none learn behind the prompt that they are given, and learn to end.
/// </summary>
public sealed class ChatTrainingTests
{
    private const int Rows = 50;
    private const int Few = Rows / 5;

    // Qwen3's template puts empty thoughts before an answer; DeepSeek-R1-Distill's prompt opens thoughts that its past turns do not have.
    [Theory]
    [InlineData("qwen3", "qwen3", "<|im_end|>", "<|im_start|>assistant\n", "<think>\n\n</think>\n\n#### 2<|im_end|>")]
    [InlineData(
        "qwen2-tied", "deepseek_r1_distill", "<｜end▁of▁sentence｜>", "<｜Assistant｜><think>\n", "#### 2<｜end▁of▁sentence｜>")]
    public void A_model_learns_its_template_s_answers_and_their_end(
        string family, string template, string end, string opening, string learnt)
    {
        using var run = NewRun(family, template, end);
        Assert.InRange(Ended(run, "family"), 0, Few); // by chance

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
        Assert.Equal(Rows, Ended(run, "ft_models/tiny/sft-0"));
    }

    [Fact]
    public void A_model_that_does_not_learn_the_end_of_its_turn_writes_on()
    {
        using var run = NewRun("qwen3", "qwen3", "<|im_end|>");
        var context = Silent.Context(cancel: TestContext.Current.CancellationToken);
        using (var bundle = ModelBundle.Load(run.Path("family"), new(), context))
        {
            var encoder = bundle.Encoder(TokenLimits.None);
            var rows = RationaleFile.Read(run.Path("data/train.jsonl")).Select(encoder.Row)
                .Select(row => (row.Prompt, row.Completion[..^1]));
            var recipe = new TrainingRecipe { MaxSteps = 60, BatchSize = 5, LearningRate = 5e-3 };
            new TrainingSession(bundle.Model, recipe, context)
                .Train(new SftObjective(bundle.Model), EncodedRows.Of([.. rows]), null, 0);
            ModelFolder.Save(bundle.Model, run.Path("family"), run.Path("endless"));
        }

        Assert.InRange(Ended(run, "endless"), 0, Few);
    }

    [Fact]
    public void Every_answer_of_a_conversation_is_learnt()
    {
        using var run = NewRun("qwen2-tied", "qwen2_5", "<|im_end|>");
        object Turn(string role, string content) => new { role, content };
        JsonLines.Write(run.Path("data/talks.jsonl"), Enumerable.Range(1, 10).Select(i => new
        {
            messages = new[]
            {
                Turn("system", "Be brief."), Turn("user", $"{i}?"), Turn("assistant", "#### 1"), Turn("user", "And then?"),
                Turn("assistant", "#### 2"),
            },
        }));
        AtomicFile.WriteAllText(run.Path("family/additional_chat_templates/terse.jinja"), "{{ messages[-1].content }}");

        var (code, _, error) = run.Run(
            "sft", "--config-path", "exp_config/tiny", "model.model_path=family", "data.data_path=data/talks.jsonl",
            "trainer.max_steps=60", "trainer.per_device_train_batch_size=5", "trainer.learning_rate=5e-3");
        Assert.True(code == 0, error);

        Assert.Contains("on 20 rationales", error);
        Assert.Contains("data/talks.jsonl: the rows have the system message \"Be brief.\", which is left out", error);
        Assert.True(File.Exists(run.Path("ft_models/tiny/sft-0/additional_chat_templates/terse.jinja")));
        Assert.Equal("#### 1", Completed(run, "ft_models/tiny/sft-0", [Turn("user", "3?")]));
        Assert.Equal("#### 2", Completed(run, "ft_models/tiny/sft-0",
            [Turn("user", "3?"), Turn("assistant", "#### 1"), Turn("user", "And then?")]));
    }

    [Fact]
    public void Each_answer_of_a_row_is_shown_by_its_name()
    {
        using var run = NewRun("qwen2-tied", "qwen2_5", "<|im_end|>");
        File.WriteAllText(run.Path("talk.jsonl"), """
            {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1?"},
             {"role": "assistant", "content": "a"}, {"role": "user", "content": "2?"}, {"role": "assistant", "content": "b"}]}
            """.ReplaceLineEndings(" "));
        var shown = run.Run("show", "--model", "family", "--data", "talk.jsonl").Out;
        Assert.Contains(
            "Of answer 2 of 2 the model is given the chat template of family, without the row's own system message "
            + "(--system gives it one).",
            shown);
        Assert.DoesNotContain("Be brief.", shown);
        var told = run.Run("show", "--model", "family", "--data", "talk.jsonl", "--system", "Be brief.").Out;
        Assert.DoesNotContain("without the row's own", told);
        Assert.Contains("Be brief.", told);

        File.WriteAllText(run.Path("pair.jsonl"), """{"prompt": "1?", "chosen": "a", "rejected": "b"}""");
        var pair = run.Run("show", "--model", "family", "--data", "pair.jsonl").Out;
        Assert.Contains("Of the chosen answer the model is given", pair);
        Assert.Contains("Of the rejected answer the model is given", pair);
    }

    [Fact]
    public void A_model_that_would_not_end_its_answers_is_not_trained()
    {
        using var run = NewRun("qwen3", "qwen3", "</s>");
        var (code, _, error) = run.Run(TinyRun.Loop("model.model_path=family", "loop.iterations=0"));
        Assert.Equal(2, code);
        Assert.Contains("ends an answer with \"<|im_end|>\\n\", but generation stops at </s>", error);
    }

    // How many answers end before the limit.
    private static int Ended(TinyRun run, string model)
    {
        var input = string.Concat(Enumerable.Range(1, Rows).Select(i =>
            JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = $"{i}?" } } }) + "\n"));
        var done = CommandRun.With(input, "complete", "--model", run.Path(model), "--max-new-tokens", "40", "--json");
        Assert.True(done.Code == 0, done.Error);
        var id = JsonNode.Parse(File.ReadAllText(run.Path("family/config.json")))!["eos_token_id"]!.GetValue<int>();
        return done.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Count(line => JsonNode.Parse(line)!["ids"]!.AsArray() is [.., var last] && last!.GetValue<int>() == id);
    }

    private static string Completed(TinyRun run, string model, object[] messages)
    {
        var done = CommandRun.With(
            JsonSerializer.Serialize(new { messages }) + "\n", "complete", "--model", run.Path(model), "--max-new-tokens", "40", "--json");
        Assert.True(done.Code == 0, done.Error);
        return JsonNode.Parse(done.Out)!["text"]!.GetValue<string>();
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
            [.. Enumerable.Range(1, Rows).Select(i => JsonSerializer.Serialize(new { question = $"{i}?", answer = $"#### {i % 3 + 1}" }))];
        foreach (var name in (string[])["train", "dev", "pool", "test", "ood"])
        {
            File.WriteAllLines(run.Path($"data/{name}.jsonl"), rows);
        }

        return run;

        void Write(string name, string text) => AtomicFile.WriteAllText(run.Path(name), text);
    }
}
