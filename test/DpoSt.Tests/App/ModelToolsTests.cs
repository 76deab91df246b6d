using System.Text.Json;
using DpoSt.App.Demo;
using DpoSt.Parallel;
using DpoSt.Tests.Models;

namespace DpoSt.Tests.App;

/// <summary>The commands that ask a model something, outside of any run.</summary>
public sealed class ModelToolsTests
{
    private static string Stories => SharedFolder.Path("models", "stories260K", "hf");

    [Fact]
    public void Complete_gives_the_golden_ids_in_the_order_of_the_prompts_at_any_batch_size()
    {
        var rows = Golden().GetProperty("greedy").EnumerateArray().Where(r => r.GetProperty("prompt").GetString() != "").ToArray();
        var input = string.Concat(rows.Select((r, i) => i % 2 == 0
            ? JsonSerializer.Serialize(new { prompt = r.GetProperty("prompt").GetString() }) + "\n"
            : JsonSerializer.Serialize(new { input_ids = r.GetProperty("prompt_ids") }) + "\n"));
        foreach (var batch in (string[])["1", "3"])
        {
            var run = CommandRun.With(input, "complete", "--model", Stories, "--json", "--max-new-tokens", "30", "--batch", batch);
            Assert.Equal(0, run.Code);
            var answers = Lines(run.Out);
            Assert.Equal(rows.Length, answers.Length);
            Assert.All(rows.Zip(answers), pair => Assert.Equal(Ids(pair.First, "new_ids").Take(30), Ids(pair.Second, "ids")));
            Assert.All(
                rows.Zip(answers),
                pair => Assert.Contains(
                    pair.Second.GetProperty("text").GetString()!.TrimStart(), pair.First.GetProperty("text").GetString(),
                    StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Samples_depend_on_the_seed_alone()
    {
        const string input = "{\"prompt\": \"Once upon a time\"}\n{\"prompt\": \"One day\"}\n";
        var first = Sample("7", "2");
        Assert.Equal(first, Sample("7", "1"));
        Assert.NotEqual(first, Sample("8", "2"));

        string Sample(string seed, string batch) =>
            CommandRun.With(
                input, "complete", "--model", Stories, "--json", "--max-new-tokens", "20", "--temperature", "1", "--seed", seed, "--batch",
                batch).Out;
    }

    [Theory]
    [InlineData("llama-mha", true)]
    [InlineData("llama-gqa", true)]
    [InlineData("t5-v11-gated-gelu", false)]
    public void Scores_of_ids_add_up_to_the_original_s_loss(string name, bool padded)
    {
        using var folder = new TemporaryFolder();
        using var fixture = new ModelFixture(name);
        var (ids, mask, labels) = (
            ModelFixture.Rows(fixture.Inputs, "input_ids"), ModelFixture.Rows(fixture.Inputs, "attention_mask"),
            ModelFixture.Rows(fixture.Inputs, "labels"));
        var file = folder.File("rows.jsonl", string.Concat(ids.Select((row, b) =>
            JsonSerializer.Serialize(new { input_ids = padded ? row : row.Where((_, t) => mask[b][t] == 1), labels = labels[b] }) + "\n")));
        var run = CommandRun.Of("score", "--model", SharedFolder.Path("fixtures", name), "--data", file, "--json");
        Assert.Equal(0, run.Code);
        var scores = Lines(run.Out);
        Assert.Equal(labels.Select(row => row.Count(l => l != -100)), scores.Select(s => s.GetProperty("tokens").GetInt32()));
        Assert.Equal(
            fixture.Json("loss.json").GetProperty("loss").GetDouble(),
            -scores.Sum(s => s.GetProperty("log_prob").GetDouble()) / scores.Sum(s => s.GetProperty("tokens").GetInt32()), 1e-4);
        Assert.All(
            scores,
            s => Assert.Equal(
                -s.GetProperty("log_prob").GetDouble() / s.GetProperty("tokens").GetInt32(), s.GetProperty("loss").GetDouble(), 1e-9));
    }

    [Fact]
    public void Scores_of_texts_are_those_of_their_ids_and_labels_may_be_left_out()
    {
        using var folder = new TemporaryFolder();
        var row = Golden().GetProperty("logprobs").EnumerateArray().First();
        var (ids, golden) = (Ids(row, "ids"), row.GetProperty("next_token_logprobs").Deserialize<double[]>()!);
        var labels = ids.Select((id, t) => t % 3 == 0 ? -100 : id).ToArray();
        var text = row.GetProperty("text").GetString()!;
        var file = folder.File(
            "rows.jsonl",
            JsonSerializer.Serialize(new { input_ids = ids, labels }) + "\n" + JsonSerializer.Serialize(
                new { prompt = "Once upon", completion = text["Once upon".Length..] }) + "\n");
        var scores = Lines(CommandRun.Of("score", "--model", Stories, "--data", file, "--json").Out);
        Assert.Equal(golden.Where((_, t) => (t + 1) % 3 != 0).Sum(), scores[0].GetProperty("log_prob").GetDouble(), 1e-4);
        Assert.True(scores[1].GetProperty("tokens").GetInt32() > 5);
    }

    [Fact]
    public void Solve_shows_the_answer_and_what_the_calculator_wrote()
    {
        using var folder = new TemporaryFolder();
        DemoFolder.LayModel(folder.Root);
        const string question = "Tom has 3 bags of 12 apples. How many apples does Tom have?";
        var plain = CommandRun.Of("solve", "--model", Path.Combine(folder.Root, "base"), question);
        Assert.Equal(0, plain.Code);
        var json = Lines(CommandRun.Of("solve", "--model", Path.Combine(folder.Root, "base"), question, "--json").Out)[0];
        Assert.Equal(plain.Out.TrimEnd('\n'), json.GetProperty("text").GetString());
        Assert.Equal(
            json.GetProperty("text").GetString(),
            string.Concat(json.GetProperty("pieces").EnumerateArray().Select(p => p.GetProperty("text").GetString())));
        var forced = json.GetProperty("pieces")
            .EnumerateArray()
            .Where(p => p.GetProperty("calculator").GetBoolean())
            .Select(p => p.GetProperty("text").GetString()!)
            .ToArray();
        Assert.NotEmpty(forced);
        Assert.All(forced, text => Assert.EndsWith("]", text, StringComparison.Ordinal));
        Assert.Contains("answer:", plain.Error, StringComparison.Ordinal);
        var small = Path.Combine(folder.Root, "base");
        var alone = Lines(CommandRun.Of("solve", "--model", small, question, "--json", "--no-calculator").Out)[0];
        Assert.DoesNotContain(alone.GetProperty("pieces").EnumerateArray(), p => p.GetProperty("calculator").GetBoolean());
    }

    [Theory]
    [InlineData("{\"prompt\": \"hi\"}", "no tokenizer files")]
    [InlineData("{\"input_ids\": [1, 384]}", "from 0 to 383")]
    [InlineData("{\"input_ids\": []}", "empty")]
    [InlineData("{\"input_ids\": 3}", "not a list")]
    [InlineData("{\"text\": \"hi\"}", "\"prompt\" is missing")]
    [InlineData("{\"prompt\": \"hi\", \"input_ids\": [1]}", "more than one of prompt, messages and input_ids")]
    public void A_prompt_that_cannot_be_is_one_sentence(string line, string part)
    {
        var run = CommandRun.With(line, "complete", "--model", SharedFolder.Path("fixtures", "llama-gqa"), "--json");
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains(part, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("{\"input_ids\": [1, 5, 6]}", "\"labels\" is missing")]
    [InlineData("{\"input_ids\": [1, 5, 6], \"labels\": [-100, 5]}", "side by side")]
    [InlineData("{\"input_ids\": [1, 5, 6], \"labels\": [1, -100, -100]}", "no label is scored")]
    [InlineData("{\"input_ids\": [1, 5, 6], \"labels\": [-100, 7, 6]}", "label 1 is 7")]
    [InlineData("{\"input_ids\": [1, 5, 6], \"labels\": [-100, -5, 6]}", "not a token id")]
    public void A_row_that_cannot_be_scored_is_one_sentence_with_its_line(string line, string part)
    {
        using var folder = new TemporaryFolder();
        var run = CommandRun.Of(
            "score", "--model", SharedFolder.Path("fixtures", "llama-gqa"), "--data", folder.File("rows.jsonl", line + "\n"));
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains(part, run.Error, StringComparison.Ordinal);
        Assert.Contains("rows.jsonl:1:", run.Error, StringComparison.Ordinal);
    }

    private static JsonElement Golden() =>
        JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path("models", "stories260K", "golden.json"))).RootElement;

    private static JsonElement[] Lines(string output) =>
        [.. output.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];

    private static int[] Ids(JsonElement row, string key) => row.GetProperty(key).Deserialize<int[]>()!;
}
