using DpoSt.Answering;
using DpoSt.Models.Checkpoints;
using DpoSt.Tests.Models;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Answering;

public sealed class ModelBundleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_token_beyond_the_embedding_is_harmless_until_a_text_holds_it()
    {
        folder.File("tokenizer.json", BpeTrainer.Train(Enumerable.Repeat("aaa bbb", 20), 300, sentinels: 16));
        folder.File("tokenizer_config.json", """{"eos_token": "</s>", "pad_token": "<pad>"}""");
        var tokenizer = TokenizerLoader.Load(folder.Root);
        var traits = TinyModels.Llama with { VocabSize = tokenizer.VocabularySize - 1 };
        folder.File("config.json", TinyModels.ConfigOf(traits).ToJsonString());
        using (var model = TinyModels.New(traits, 1))
        {
            ModelFolder.Save(model, folder.Root, folder.File("model"));
        }

        var told = new List<string>();
        using var bundle = ModelBundle.Load(
            folder.File("model"), new(), Silent.Context(new Told(told), TestContext.Current.CancellationToken), toRead: true);
        Assert.Contains(
            "llama, 3 layers of 24, 4 query and 2 key heads of 10, rope default 10000, window none, own head", told[0],
                StringComparison.Ordinal);
        Assert.Equal("  the model is given the paper's prompt (Alpaca's)", told[1]);
        Assert.Equal(tokenizer.Encode("ab"), bundle.Tokenizer.Encode("ab"));
        var last = tokenizer.VocabularySize - 1;
        var text = tokenizer.Decode([last]);
        Assert.Contains(last, tokenizer.Encode(text));
        var error = Assert.Throws<UserErrorException>(() => bundle.Tokenizer.Encode(text));
        Assert.Contains($"number {last} of the tokenizer", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private sealed class Told(List<string> sentences) : DpoSt.Runs.IStageReporter
    {
        public void Advance(long done)
        {
        }

        public void Note(string sentence) => sentences.Add(sentence);
    }
}
