using System.Text.Json;
using DpoSt.Answering;
using DpoSt.Data.ReferenceFormats;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Answering;

/// <summary>Rows against those of the paper's preprocessing and trl's (the fixtures' README says how), padding left out.</summary>
public sealed class RowEncoderTests
{
    [Theory]
    [InlineData("src200_tgt300", 200, 300)]
    [InlineData("src40_tgt50", 40, 50)]
    public void T5_rows_equal_the_reference_s(string key, int prompt, int completion)
    {
        var golden = Read("t5_sft_rows.json").GetProperty(key);
        var encoder = Encoder("t5", PromptFormat.T5, new TokenLimits(prompt, completion, int.MaxValue));
        var (ids, labels) = (Ids(golden, "input_ids"), Ids(golden, "labels"));
        foreach (var (row, i) in Gsm8k(ids.Length).Select((row, i) => (row, i)))
        {
            var actual = encoder.Row(row.Question, PromptFormat.T5.Target(row.Answer));
            Assert.Equal(ids[i], actual.Prompt);
            Assert.Equal(labels[i], actual.Completion);
        }
    }

    [Theory]
    [InlineData("max500_prompt200_target300", 200, 300)]
    [InlineData("prompt30_target40", 30, 40)]
    public void T5_pairs_equal_trl_s(string key, int prompt, int completion)
    {
        var golden = Read("t5_dpo_rows.json");
        var encoder = Encoder("t5", PromptFormat.T5, new TokenLimits(prompt, completion, int.MaxValue));
        foreach (var (row, expected) in golden.GetProperty("rows").EnumerateArray().Zip(golden.GetProperty(key).EnumerateArray()))
        {
            var actual = encoder.Pair(Text(row, "prompt"), Text(row, "chosen"), Text(row, "rejected"));
            Assert.Equal(Row(expected, "prompt_input_ids"), actual.Prompt);
            Assert.Equal(Row(expected, "chosen_labels"), actual.Chosen);
            Assert.Equal(Row(expected, "rejected_labels"), actual.Rejected);
        }
    }

    [Theory]
    [InlineData("max640_src256", 256, 640)]
    [InlineData("max150_src60", 60, 150)]
    public void Llama_rows_equal_the_reference_s(string key, int prompt, int total)
    {
        var golden = Read("llama_sft_rows.json").GetProperty(key).EnumerateArray().ToArray();
        var encoder = Encoder("llama-2", PromptFormat.Llama, new TokenLimits(prompt, 384, total));
        foreach (var (row, expected) in Gsm8k(golden.Length).Zip(golden))
        {
            var actual = encoder.Row(PromptFormat.Llama.Prompt(row.Question), PromptFormat.Llama.Target(row.Answer));
            Assert.Equal(Row(expected, "input_ids"), actual.Prompt.Concat(actual.Completion));
            Assert.Equal(Row(expected, "labels").Where(l => l != -100), actual.Completion);
        }
    }

    [Fact]
    public void Llama_questions_are_the_reference_s_behind_the_BOS_that_it_forgets()
    {
        var golden = Read("llama_sft_rows.json").GetProperty("eval_prompts").EnumerateArray().ToArray();
        var encoder = Encoder("llama-2", PromptFormat.Llama, new TokenLimits(10, 10, 10));
        Assert.All(
            Gsm8k(golden.Length).Zip(golden),
            pair => Assert.Equal([1, .. Row(pair.Second, "input_ids")], encoder.Question(pair.First.Question)));
    }

    [Fact]
    public void Collated_batches_equal_the_reference_s_where_they_are_no_padding()
    {
        var golden = Read("llama_sft_rows.json");
        var encoder = Encoder("llama-2", PromptFormat.Llama, new TokenLimits(256, 384, 640));
        foreach (var side in (string[])["left", "right"])
        {
            var batch = golden.GetProperty($"collated_first_4_padding_side_{side}");
            var (ids, mask) = (Ids(batch, "input_ids"), Ids(batch, "attention_mask"));
            foreach (var (row, i) in Gsm8k(4).Select((row, i) => (row, i)))
            {
                var actual = encoder.Row(PromptFormat.Llama.Prompt(row.Question), row.Answer);
                Assert.Equal(ids[i].Where((_, t) => mask[i][t] == 1), actual.Prompt.Concat(actual.Completion));
            }
        }
    }

    // trl 0.8.6, DPOTrainer.tokenize_row: the prompt is cut where the longer row is too long, completions only where it then still is.
    [Theory]
    [InlineData(13, 8, 2, 5)]                  // all fits
    [InlineData(12, 4, 2, 5)]                  // fits once the prompt is cut
    [InlineData(9, 4, 2, 5)]
    [InlineData(8, 4, 2, 4)]                   // 8 less the prompt's 4
    [InlineData(5, 4, 1, 1)]
    public void A_causal_pair_that_is_too_long_loses_the_prompt_s_beginning_and_then_the_completions_ends(
        int total, int prompt, int chosen, int rejected)
    {
        var whole = Encoder("llama-2", PromptFormat.Llama, TokenLimits.None).Pair("a b c d e f g", "h", "h i j k");
        Assert.Equal((8, 2, 5), (whole.Prompt.Length, whole.Chosen.Length, whole.Rejected.Length));
        var cut = Encoder("llama-2", PromptFormat.Llama, new TokenLimits(4, 300, total)).Pair("a b c d e f g", "h", "h i j k");
        Assert.Equal(whole.Prompt[^prompt..], cut.Prompt);
        Assert.Equal(whole.Chosen[..chosen], cut.Chosen);
        Assert.Equal(whole.Rejected[..rejected], cut.Rejected);
    }

    [Fact]
    public void Limits_that_leave_nothing_of_a_pair_are_refused()
    {
        var error = Assert.Throws<UserErrorException>(
            () => Encoder("llama-2", PromptFormat.Llama, new TokenLimits(4, 300, 4)).Pair("a b c d e f g", "h", "h i j k"));
        Assert.Equal(
            "a pair has 9 tokens, and trainer.max_length (4) leaves nothing of its completions beside trainer.max_prompt_length (4): "
            + "raise the first or lower the second.",
            error.Message);
    }

    [Fact]
    public void A_pair_needs_something_to_begin_with()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("pairs.jsonl", "");
        PreferencePairFile.Write(file, [new("a", "x", "y"), new("", "x", "y")]);
        var error = Assert.Throws<UserErrorException>(() => EncodedPairs.Read(file, Encoder("qwen", PromptFormat.Llama, TokenLimits.None)));
        Assert.Equal($"{file}, pair 2: the prompt is empty; a model needs at least one token to begin with.", error.Message);
        Assert.Equal(2, EncodedPairs.Read(file, Encoder("llama-2", PromptFormat.Llama, TokenLimits.None)).Count);          // BOS
    }

    private static RowEncoder Encoder(string tokenizer, PromptFormat format, TokenLimits limits) =>
        new(TokenizerLoader.Load(SharedFolder.Path("tokenizers", tokenizer)), format, limits);

    private static IEnumerable<(string Question, string Answer)> Gsm8k(int count) =>
        RationaleFile.Read(SharedFolder.Path("data", "gsm8k", "train.jsonl")).Take(count).Select(row => (row.Question, row.Answer));

    private static JsonElement Read(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path("fixtures", "tokenised-rows", file))).RootElement;

    private static string Text(JsonElement row, string key) => row.GetProperty(key).GetString()!;

    private static int[] Row(JsonElement row, string key) => row.GetProperty(key).Deserialize<int[]>()!;

    private static int[][] Ids(JsonElement rows, string key) => rows.GetProperty(key).Deserialize<int[][]>()!;
}
