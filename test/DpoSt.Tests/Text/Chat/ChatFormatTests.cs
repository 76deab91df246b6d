using System.Text.Json;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Text.Chat;

namespace DpoSt.Tests.Text.Chat;

/// <summary>What of a conversation is prompt and what is scored, for the templates of real families.</summary>
public sealed class ChatFormatTests
{
    private const string Question = "Tom has 3 apples.\nHe eats one. How many are left?";
    private const string Other = "How many legs have 3 cats and 2 birds?";
    private const string Answer = "3-1=2\n#### 2";

    // What the model must write is the answer and the end of its turn, and what the template puts before an answer by itself.
    [Theory]
    [InlineData("smollm2", Answer + "<|im_end|>")]
    [InlineData("qwen2_5", Answer + "<|im_end|>")]
    [InlineData("qwen3", "<think>\n\n</think>\n\n" + Answer + "<|im_end|>")]
    [InlineData("qwen3_instruct_2507", Answer + "<|im_end|>")]
    [InlineData("lfm2", Answer + "<|im_end|>")]
    [InlineData("llama3", Answer + "<|eot_id|>")]
    [InlineData("llama3_2", Answer + "<|eot_id|>")]
    [InlineData("gemma", Answer + "<end_of_turn>")]
    [InlineData("gemma3", Answer + "<end_of_turn>")]
    [InlineData("phi3", Answer + "<|end|>")]
    [InlineData("phi3_5", Answer + "<|end|>")]
    [InlineData("mistral-v1", Answer + "</s>")]
    [InlineData("deepseek_r1_distill", Answer + "<｜end▁of▁sentence｜>")]
    public void Scores_the_answer_and_the_end_of_its_turn(string template, string completion)
    {
        var format = Format(template);
        var rendered = ChatGoldens.Rendered(template, "answer+generation")! + ChatGoldens.Rendered(template, "answer")! + completion;
        var tokenizer = ChatTokenizers.Of(rendered);
        var end = tokenizer.IdOf(completion[(Answer.Length + completion.IndexOf(Answer, StringComparison.Ordinal))..])!.Value;
        var encoder = new RowEncoder(tokenizer, format, TokenLimits.None, new HashSet<int> { end });

        var (prompt, scored) = encoder.Row(format.Prompt(Question), format.Target(Answer));

        var given = ChatGoldens.Rendered(template, "user+generation")!.Replace(Other, Question, StringComparison.Ordinal);
        Assert.Equal(given, tokenizer.Decode(prompt, skipSpecialTokens: false));
        Assert.Equal(completion, tokenizer.Decode(scored, skipSpecialTokens: false));
        Assert.Equal(end, scored[^1]);
        Assert.DoesNotContain(end, scored[..^1]);
        Assert.Equal(format.Target(Answer), format.Target(format.Target(Answer)));

        var turns = ChatGoldens.Input(template, "turns").Messages.EnumerateArray()
            .Append(JsonSerializer.SerializeToElement(new { role = "assistant", content = Answer }));
        var (before, last) = encoder.Row(
            new RationaleRow("", Answer) { Conversation = JsonSerializer.SerializeToElement(turns) });
        Assert.Equal(ChatGoldens.Rendered(template, "turns+generation")!, tokenizer.Decode(before, skipSpecialTokens: false));
        Assert.Equal(completion, tokenizer.Decode(last, skipSpecialTokens: false));
    }

    [Fact]
    public void A_pair_of_messages_goes_through_the_template_and_a_text_does_not()
    {
        var tokenizer = ChatTokenizers.Of(ChatGoldens.Rendered("qwen3", "answer+generation")!);
        var end = tokenizer.IdOf("<|im_end|>")!.Value;
        var encoder = new RowEncoder(tokenizer, Format("qwen3"), TokenLimits.None, new HashSet<int> { end });
        var messages = ChatGoldens.Input("qwen3", "turns").Messages;
        Assert.Equal(
            new PreferencePair(
                ChatGoldens.Rendered("qwen3", "turns+generation")!, "<think>\n\n</think>\n\nyes", "<think>\n\n</think>\n\nno"),
            encoder.Prepared(new PreferencePair("", "yes", "no") { Messages = messages }));
        var plain = new PreferencePair("Why?", "yes", "no");
        Assert.Equal(plain, encoder.Prepared(plain));
        Assert.Contains("has no place for messages", Refusal(() =>
            new RowEncoder(tokenizer, DpoSt.Text.PromptFormat.T5, TokenLimits.None).Prepared(plain with { Messages = messages })));
    }

    [Fact]
    public void Thinking_that_is_switched_off_stands_in_the_prompt()
    {
        var options = new PromptOptions { Arguments = Arguments("""{"enable_thinking": false}""") };
        var format = Format("qwen3", options);
        Assert.Equal(ChatGoldens.Rendered("qwen3", "user+generation enable_thinking=false")!, format.Prompt(Other));
        Assert.Equal(Answer, format.Target(Answer));
    }

    // What a model that thinks has written is trained as it stands, wherever its template would drop thoughts.
    [Fact]
    public void Own_thoughts_are_kept()
    {
        Assert.Equal("why\n</think>\n\nso\n#### 2", Format("deepseek_r1_distill").Target("why\n</think>\n\nso\n#### 2"));
        Assert.Equal("<think>\nwhy\n</think>\n\n#### 2", Format("qwen3").Target("<think>\nwhy\n</think>\n\n#### 2"));
    }

    [Fact]
    public void A_system_prompt_stands_first_or_is_refused()
    {
        var system = new PromptOptions { System = "Be brief." };
        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n",
            Format("smollm2", system).Prompt("Why?"));
        Assert.Contains("System role not supported", Refusal(() => Format("gemma", system).Prompt("Why?")));
    }

    [Fact]
    public void An_end_of_turn_at_which_nothing_stops_is_refused()
    {
        var tokenizer = ChatTokenizers.Of("<|im_start|><|im_end|><|endoftext|>");
        var stop = tokenizer.IdOf("<|endoftext|>")!.Value;
        var encoder = new RowEncoder(tokenizer, Format("smollm2"), TokenLimits.None, new HashSet<int> { stop });
        Assert.NotEmpty(encoder.Question("Why?"));
        var refusal = Assert.Throws<UserErrorException>(() => encoder.Row("a", "b")).Message;
        Assert.Contains("\"<|im_end|>\\n\"", refusal);
        Assert.Contains("<|endoftext|>", refusal);
    }

    [Fact]
    public void The_folder_and_the_options_choose_the_template()
    {
        using var folder = new TemporaryFolder();
        Write("tokenizer_config.json", """
            {"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>", "chat_template": [
              {"name": "default", "template": "{{ bos_token }}{{ messages[0].content }}|"},
              {"name": "other", "template": "other {{ eos_token }}"}]}
            """);
        Assert.Equal("<s>Why?|", Of(new()).Prompt("Why?"));
        Assert.Equal("other </s>", Of(new PromptOptions().WithTemplate("other")).Prompt("Why?"));
        Assert.Equal("own Why?", Of(new PromptOptions().WithTemplate("own {{ messages[-1].content }}")).Prompt("Why?"));
        Assert.Equal("Why?\n", Of(new PromptOptions().WithTemplate("none")).Prompt("Why?"));
        Assert.StartsWith("Below is", Of(new PromptOptions().WithTemplate("paper")).Prompt("Why?"));
        Write("chat_template.jinja", "file");
        Assert.Equal("file", Of(new()).Prompt("Why?"));
        Assert.Equal("file", Of(new PromptOptions().WithTemplate(folder.File("chat_template.jinja"))).Prompt("Why?"));
        Assert.Contains("one of default, other", Refusal(() => Of(new PromptOptions().WithTemplate("nope"))));
        Assert.Contains("no such chat template", Refusal(() => new PromptOptions().WithTemplate("no/such.jinja")));
        Assert.Contains("data.system is for chat templates", Refusal(() => Of(new PromptOptions { System = "x", Template = "none" })));
        Assert.Contains("data.template", Refusal(() => PromptFormats.Of(folder.Root, isCausal: false, new() { Template = "other" })));

        void Write(string name, string text) => AtomicFile.WriteAllText(folder.File(name), text);
        DpoSt.Text.PromptFormat Of(PromptOptions options) => PromptFormats.Of(folder.Root, isCausal: true, options);
    }

    private static string Refusal(Action work) => Assert.Throws<UserErrorException>(work).Message;

    // The goldens were rendered on their own day, which some templates tell.
    private static ChatFormat Format(string template, PromptOptions? options = null)
    {
        var golden = ChatGoldens.Input(template, "user");
        return new(
            ChatTemplate.Read(ChatGoldens.Text(template), template), (options ?? new()) with { Now = golden.Now }, golden.SpecialTokens);
    }

    private static Dictionary<string, JsonElement> Arguments(string json) =>
        JsonDocument.Parse(json).RootElement.EnumerateObject().ToDictionary(a => a.Name, a => a.Value);
}
