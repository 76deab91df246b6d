using System.Net;
using System.Text.Json;
using DpoSt.Answering;
using DpoSt.Answering.Live;
using DpoSt.Generation;
using static TorchSharp.torch;

namespace DpoSt.Tests.App.Serve;

/// <summary>The server over plain HTTP.</summary>
[Collection(nameof(RunningServer))]
public sealed class ServerTests
{
    private const string Completions = "v1/completions";
    private const string Chat = "v1/chat/completions";

    public static TheoryData<string, string, int, string> Refused => new()
    {
        { Completions, "{\"prompt\": ", 400, "the body is not JSON" },
        { Completions, "[1, 2]", 400, "the body is not a JSON object" },
        { Completions, "{\"prompt\": \"a\", \"prompt\": \"b\"}", 400, "the body is not JSON" },
        { Completions, "{}", 400, "prompt is missing" },
        { Completions, "{\"prompt\": 3}", 400, "expected a text, a list of token ids from 0 to" },
        { Completions, "{\"prompt\": [5, 100000]}", 400, "expected a text, a list of token ids from 0 to" },
        { Completions, "{\"prompt\": \"\"}", 400, "the prompt is empty" },
        { Completions, "{\"prompt\": \"\\ud800\"}", 400, "expected a text" },
        { Completions, "{\"prompt\": \"a\", \"max_tokens\": 1000}", 400, "1000 tokens are asked for, and answers here have at most 64" },
        { Completions, "{\"prompt\": \"a\", \"max_tokens\": 0}", 400, "together with echo" },
        { Completions, "{\"prompt\": \"a\", \"n\": 0}", 400, "n is 0; expected a whole number from 1" },
        { Completions, "{\"prompt\": \"a\", \"n\": 100}", 429, "ask for fewer" },
        { Completions, "{\"prompt\": \"a\", \"temperature\": -1}", 400, "temperature is -1; expected a number from 0" },
        { Completions, "{\"prompt\": \"a\", \"top_p\": \"x\"}", 400, "top_p is \"x\"" },
        { Completions, "{\"prompt\": \"a\", \"seed\": 1.5}", 400, "seed is 1.5" },
        { Completions, "{\"prompt\": \"a\", \"frequency_penalty\": 1}", 400, "penalties are not known" },
        { Completions, "{\"prompt\": \"a\", \"best_of\": 3}", 400, "best_of is 3" },
        { Completions, "{\"prompt\": \"a\", \"surprise\": 3}", 400, "surprise is not known here" },
        { Completions, "{\"prompt\": \"a\", \"dpost\": {\"what\": 3}}", 400, "dpost.what is not known here" },
        { Completions, "{\"prompt\": \"a\", \"logprobs\": 1, \"calculator\": \"llama\"}", 400, "logprobs are asked for with a calculator" },
        { Completions, "{\"prompt\": \"a\", \"calculator\": \"abacus\"}", 400, "expected none, t5 or llama" },
        { Completions, "{\"model\": \"gpt-5\", \"prompt\": \"a\"}", 404, "model is \"gpt-5\"; there is chatty here" },
        { Chat, "{}", 400, "messages is missing" },
        { Chat, "{\"messages\": []}", 400, "not a list of messages" },
        { Chat, "{\"messages\": [{\"role\": \"user\"}]}", 400, "no role and content" },
        { Chat, "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]}", 400, "the last message is the assistant's" },
        { Chat, "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]}", 400, "message 1 is not text" },
        { Chat, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"tools\": [{}]}", 400, "tools are not called here" },
        { Chat, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"response_format\": {\"type\": \"json_object\"}}", 400,
            "text alone" },
        { Chat, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"chat_template_kwargs\": [1]}", 400,
            "chat_template_kwargs is [1]; expected an object" },
        { Chat, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"chat_template_kwargs\": {\"tools\": []}}", 400,
            "chat_template_kwargs.tools is a value that the conversation itself has" },
    };

    [Fact]
    public async Task Values_for_the_template_reach_it()
    {
        using var server = new RunningServer();
        var plain = await Tokens(null);
        Assert.Equal(plain, await Tokens(new { }));
        Assert.Equal(plain, await Tokens(new { unread = 1 }));
        Assert.Equal(plain + "[st] ".Length, await Tokens(new { style = "st" }));

        async Task<int> Tokens(object? values)
        {
            var (status, answer) = await server.Post(Chat, new
            {
                messages = (object[])[new { role = "user", content = "a" }],
                max_tokens = 1,
                chat_template_kwargs = values,
            });
            Assert.Equal(HttpStatusCode.OK, status);
            return answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32();
        }
    }

    [Fact]
    public async Task Every_wrong_request_gets_its_sentence_and_the_next_is_answered()
    {
        using var server = new RunningServer();
        foreach (var row in Refused)
        {
            var (path, body, code, part) = row.Data;
            var (status, answer) = await server.Post(path, body);
            var error = answer.GetProperty("error");
            Assert.True((int)status == code && error.GetProperty("message").GetString()!.Contains(part, StringComparison.Ordinal),
                $"{body}: {(int)status} {error}");
        }

        Assert.Equal(HttpStatusCode.OK, (await server.Post(Completions, new { prompt = "then", max_tokens = 2 })).Status);
        Assert.Equal((0, 0), server.Live.Count);
    }

    [Fact]
    public async Task What_is_far_too_much_is_refused()
    {
        using var server = new RunningServer();
        var (status, answer) = await server.Post(Completions, new { prompt = new string('t', 1 << 20) });
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("1048576 tokens, and prompts here have at most 256", Message(answer));

        (status, answer) = await server.Post(
            Completions, new { prompt = "a", stop = Enumerable.Range(0, 10_000).Select(i => $"stop {i}") });
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("up to 16 of them", Message(answer));

        server.Client.DefaultRequestHeaders.ExpectContinue = true;
        (status, _) = await server.Post(Completions, new { prompt = new string('t', 9 << 20) });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);

        using var text = new StringContent("{}");
        using var wrong = await server.Client.PostAsync(
            new Uri(Completions, UriKind.Relative), text, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, wrong.StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_site_is_refused()
    {
        using var server = new RunningServer();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("v1/models", UriKind.Relative));
        request.Headers.Host = "example.org";
        using var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Several_answers_of_several_prompts_are_those_of_one_each()
    {
        using var server = new RunningServer();
        var (_, all) = await server.Post(Completions, new { prompt = (string[])["then", "in the"], n = 3, max_tokens = 9, seed = 5 });
        var texts = all.GetProperty("choices").EnumerateArray().Select(c => c.GetProperty("text").GetString()).ToArray();
        Assert.Equal(6, texts.Length);
        Assert.Equal(6, texts.Distinct().Count());
        for (var i = 0; i < texts.Length; i++)
        {
            var (_, one) = await server.Post(
                Completions, new { prompt = i < 3 ? "then" : "in the", max_tokens = 9, seed = 5, dpost = new { sample = i % 3 } });
            Assert.Equal(texts[i], one.GetProperty("choices")[0].GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task Answers_are_those_of_complete()
    {
        using var server = new RunningServer();
        string[] prompts = ["then", "in the thing", "e", "nine hen"];
        var (_, all) = await server.Post(Completions, new { prompt = prompts, max_tokens = 12, temperature = 0 });
        await server.Idle();
        using var completer = new Completer(server.Folder, CPU);
        var expected = new List<string>();
        completer.Run(
            [.. prompts.Select(p => server.Live.Bundle.Tokenizer.Encode(p).ToArray())], new GenerationOptions(12, 4, null),
            answer => expected.Add(answer.Text), TestContext.Current.CancellationToken);
        Assert.Equal(expected, all.GetProperty("choices").EnumerateArray().Select(c => c.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Echo_scores_the_prompt_as_score_does()
    {
        using var server = new RunningServer();
        const string Text = "the thing in then";
        var (_, answer) = await server.Post(Completions, new { prompt = Text, echo = true, logprobs = 2, max_tokens = 0 });
        var choice = answer.GetProperty("choices")[0];
        var told = choice.GetProperty("logprobs");
        var logProbs = told.GetProperty("token_logprobs").EnumerateArray().ToArray();
        Assert.Equal(Text, choice.GetProperty("text").GetString());
        Assert.Equal(Text, string.Concat(told.GetProperty("tokens").EnumerateArray().Select(t => t.GetString())));
        Assert.Equal(JsonValueKind.Null, logProbs[0].ValueKind);
        var offsets = told.GetProperty("text_offset").EnumerateArray().Select(o => o.GetInt32()).ToArray();
        Assert.Equal(told.GetProperty("tokens").EnumerateArray().Select(
            (t, i) => Text.IndexOf(t.GetString()!, offsets[i], StringComparison.Ordinal)), offsets);

        var ids = server.Live.Bundle.Tokenizer.Encode(Text, addSpecialTokens: false);
        using var folder = new TemporaryFolder();
        var line = $$"""{"input_ids": [{{string.Join(", ", ids)}}], "labels": [-100, {{string.Join(", ", ids.Skip(1))}}]}""";
        var score = Scorer.Run(
            server.Folder, folder.File("rows.jsonl", line + "\n"), CPU, new(),
            Silent.Context(cancel: TestContext.Current.CancellationToken).Reporter,
            TestContext.Current.CancellationToken).Single();
        Assert.Equal(score.LogProb, logProbs.Skip(1).Sum(p => p.GetDouble()), 1e-4);

        // With an answer behind it, both are told.
        (_, answer) = await server.Post(Completions, new { prompt = Text, echo = true, logprobs = 1, max_tokens = 1, temperature = 0 });
        choice = answer.GetProperty("choices")[0];
        Assert.Equal(ids.Count + 1, choice.GetProperty("logprobs").GetProperty("tokens").GetArrayLength());
        Assert.StartsWith(Text, choice.GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_full_queue_says_when_to_come_again()
    {
        using var server = new RunningServer(new(1, 64, 4096, 2));
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var asked = new List<LiveAnswer>();
        for (var i = 0; i < 3; i++)
        {
            asked.AddRange(server.Live.Ask(
                [new GenerationRequest("", 0, [5]) { Own = new(4096, 1, null) }], leave.Token));
            while (server.Live.Count.Running == 0)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }

        using var content = new StringContent("{\"prompt\": \"a\"}", System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Client.PostAsync(
            new Uri(Completions, UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        await leave.CancelAsync();
        await server.Idle();
        Assert.All(asked, one => Assert.True(one.Result.IsCanceled));
        Assert.Equal(HttpStatusCode.OK, (await server.Post(Completions, new { prompt = "a", max_tokens = 1 })).Status);
    }

    [Fact]
    public async Task Health_models_and_metrics_are_told()
    {
        using var server = new RunningServer();
        await server.Post(Completions, new { prompt = "then", max_tokens = 3, temperature = 0 });
        var health = await server.Client.GetStringAsync(new Uri("health", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("ok", health);
        var models = await server.Client.GetStringAsync(new Uri("v1/models", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("chatty", JsonDocument.Parse(models).RootElement.GetProperty("data")[0].GetProperty("id").GetString());
        var metrics = await server.Client.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Matches("dpost_requests_total\\{[^}]*path=\"/v1/completions\",status=\"200\"[^}]*\\} 1", metrics);
        Assert.Matches("dpost_tokens_generated_total\\{[^}]*\\} 3", metrics);
    }

    [Fact]
    public async Task T5_completes_with_its_calculator()
    {
        using var server = new RunningServer(t5: true);
        const string Question = "Tom has 3 bags of 12 apples. How many apples does he have?";
        var asked = new { prompt = Question, max_tokens = 40, temperature = 0, calculator = "t5" };
        var (status, answer) = await server.Post(Completions, asked);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotEmpty(answer.GetProperty("choices")[0].GetProperty("text").GetString()!);
        (status, answer) = await server.Post(Completions, new { prompt = "a", echo = true, logprobs = 1 });
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("encoder", Message(answer));
        (status, answer) = await server.Post(Chat, new { messages = (object[])[new { role = "user", content = "a" }] });
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("no place for messages", Message(answer));
    }

    private static string Message(JsonElement answer) => answer.GetProperty("error").GetProperty("message").GetString()!;
}
