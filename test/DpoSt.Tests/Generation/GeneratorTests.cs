using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Tests.Models;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Generation;

/// <summary>The engine's bookkeeping, on a model that follows a script.</summary>
public sealed class GeneratorTests : IDisposable
{
    private static readonly string[] Answers =
    [
        "Tom has 2 + 3 = [ 2 + 3 = 5] 5 apples. #### 5",
        "That is 10 - 12 = [ 10 - 12 = -2] -2 and [ 1 / 8 = 0.12] more. #### 0.12",
        "No sum here. #### 7",
        "[ 120 * 1,000 = 120000] [ 50% = 0.5] #### 120000",
    ];

    private readonly TemporaryFolder folder = new();
    private readonly ITokenizer tokenizer;

    public GeneratorTests()
    {
        folder.File("tokenizer.json", BpeTrainer.Train(Answers, 600, sentinels: 4));
        tokenizer = TokenizerLoader.Load(folder.Root);
    }

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(1), InlineData(2), InlineData(7), InlineData(64)]
    public void Forced_results_give_the_ids_that_token_by_token_forcing_gives(int slots)
    {
        // The scripts hold rubbish where results belong, so a right text can only have come from the calculator.
        var model = new ScriptedModel(tokenizer.VocabularySize, [.. Answers.Select(Spoilt)]);
        var results = Run(model, Requests(copies: 3), slots, CalculatorFormat.T5);
        for (var i = 0; i < results.Length; i++)
        {
            Assert.Equal(Answers[i / 3], results[i].Text);
            Assert.Equal(tokenizer.Encode(Answers[i / 3]), results[i].Ids);
            Assert.True(results[i].Finished);
        }

        Assert.Equal(Answers.Sum(a => a.Count(c => c == '[')) > 0, results.Sum(r => r.Forced) > 0);
    }

    [Fact]
    public void Forced_tokens_join_the_step_of_the_other_rows()
    {
        var model = new ScriptedModel(tokenizer.VocabularySize, [.. Answers.Select(Spoilt)]);
        var results = Run(model, Requests(copies: 1), slots: 4, CalculatorFormat.T5);
        var longest = results.Max(r => r.Ids.Length - r.Forced);
        Assert.True(model.StepTokens.Count <= longest + 1, $"{model.StepTokens.Count} steps for a row of {longest} drawn tokens");
        Assert.Equal(results.Sum(r => r.Ids.Length), model.StepTokens.Sum());      // the start token in, the last id never fed
    }

    [Fact]
    public void A_step_never_exceeds_the_decoders_capacity()
    {
        var model = new ScriptedModel(tokenizer.VocabularySize, [.. Answers.Select(Spoilt)], capacity: 4);
        var results = Run(model, Requests(copies: 2), slots: 3, CalculatorFormat.T5);
        Assert.All(results, (r, i) => Assert.Equal(Answers[i / 2], r.Text));
        Assert.True(model.StepTokens.Max() <= 4);
    }

    [Fact]
    public void Samples_of_one_prompt_encode_it_once()
    {
        var model = new ScriptedModel(tokenizer.VocabularySize, [.. Answers.Select(a => tokenizer.Encode(a).ToArray())]);
        Run(model, Requests(copies: 5), slots: 20, null);
        Assert.Equal(Answers.Length, model.Encoded);
    }

    [Fact]
    public void Without_the_calculator_the_model_has_its_way()
    {
        var model = new ScriptedModel(tokenizer.VocabularySize, [Spoilt(Answers[0])]);
        var result = Run(model, [new GenerationRequest("0", 0, [0])], slots: 1, null)[0];
        Assert.NotEqual(Answers[0], result.Text);
        Assert.Equal(0, result.Forced);
    }

    [Fact]
    public void A_row_ends_at_the_limit_even_inside_a_forced_result()
    {
        var prefix = tokenizer.Encode("Tom has 2 + 3 = [ 2 + 3 =", addSpecialTokens: false).Count;
        var model = new ScriptedModel(tokenizer.VocabularySize, [Spoilt(Answers[0])]);
        var result = Run(model, [new GenerationRequest("0", 0, [0])], slots: 1, CalculatorFormat.T5, limit: prefix + 1)[0];
        Assert.Equal(prefix + 1, result.Ids.Length);
        Assert.False(result.Finished);
    }

    [Fact]
    public void The_log_probability_is_of_what_was_drawn_and_not_of_what_the_calculator_wrote()
    {
        var model = new ScriptedModel(tokenizer.VocabularySize, [.. Answers.Select(Spoilt)]);
        var results = Run(model, Requests(copies: 1), slots: 3, CalculatorFormat.T5);
        // The scripted logit is 1 and all others are 0.
        var each = 1 - Math.Log(Math.E + tokenizer.VocabularySize - 1);
        Assert.All(results, r => Assert.Equal((r.Ids.Length - r.Forced) * each, r.LogProb, 1e-4));
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void The_log_probability_is_the_whole_row_s_whatever_the_temperature(string kind)
    {
        using var model = TinyModels.New(kind, 3);
        var prompts = TinyModels.Batch(8, 6).Prompts;
        // Fewer ids than the embedding has rows: the others are never drawn, but the model gives them their share.
        var ids = IdTokenizer.New("model", TinyModels.Vocabulary - 5, eos: 1);
        var answers = new Generated[prompts.Count];
        var options = new GenerationOptions(14, 4, null, Temperature: 1.5, TopK: 30, TopP: 0.95, Seed: 5);
        new Generator(model, ids, options)
            .Run([.. prompts.Select((p, i) => new GenerationRequest($"{i}", 0, p))], r => answers[r.Index] = r, CancellationToken.None);
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var _ = TorchSharp.torch.no_grad();
        Assert.All(answers, (r, i) =>
            Assert.Equal(model.TokenLogProbs(TokenBatch.Of([(prompts[i], r.Ids, 0)]), null).sum().item<double>(), r.LogProb, 1e-4));
    }

    [Fact]
    public void A_top_k_of_zero_draws_from_all()
    {
        using var model = TinyModels.New(TinyModels.T5, 3);
        var prompt = TinyModels.Batch(8, 1).Prompts[0];
        var answers = new Generated[20];
        new Generator(model, IdTokenizer.New("model", TinyModels.Vocabulary, eos: 1),
            new GenerationOptions(8, 20, null, Temperature: 50, TopK: 0)).Run(
            [.. Enumerable.Range(0, 20).Select(i => new GenerationRequest("a question", i, prompt))], r => answers[r.Index] = r,
                CancellationToken.None);
        Assert.True(answers.SelectMany(r => r.Ids).Distinct().Count() > TinyModels.Vocabulary / 2);
    }

    [Fact]
    public void Cancelling_keeps_what_is_finished()
    {
        var model = new ScriptedModel(tokenizer.VocabularySize, [.. Answers.Select(a => tokenizer.Encode(a).ToArray())]);
        using var cancel = new CancellationTokenSource();
        var finished = 0;
        Assert.Throws<OperationCanceledException>(
            () => new Generator(model, tokenizer, new GenerationOptions(64, 2, null)).Run(Requests(copies: 4), _ =>
        {
            finished++;
            cancel.Cancel();
        }, cancel.Token));
        Assert.InRange(finished, 1, 2);
    }

    private Generated[] Run(
        ScriptedModel model, IReadOnlyList<GenerationRequest> requests, int slots, CalculatorFormat? format, int limit = 128)
    {
        var results = new Generated[requests.Count];
        new Generator(model, tokenizer, new GenerationOptions(limit, slots, format))
            .Run(requests, r => results[r.Index] = r, CancellationToken.None);
        return results;
    }

    private static List<GenerationRequest> Requests(int copies) =>
        [.. Enumerable.Range(0, Answers.Length).SelectMany(
            a => Enumerable.Range(0, copies).Select(c => new GenerationRequest($"{a}", c, [a])))];

    private int[] Spoilt(string answer)
    {
        var ids = tokenizer.Encode(answer).ToArray();
        var text = "";
        for (var i = 0; i < ids.Length - 1; i++)
        {
            var open = text.LastIndexOf('[') > text.LastIndexOf(']') && text.LastIndexOf('=') > text.LastIndexOf('[');
            text += tokenizer.Decode([ids[i]]);
            ids[i] = open ? tokenizer.EncodeContinuation("s")[0] : ids[i];
        }

        return ids;
    }
}
