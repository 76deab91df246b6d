using System.Text.Json;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Tokenizers;

/// <summary>The shared tokenizer.json files that differ in one part each, against what Hugging Face's library gave.</summary>
public sealed class JsonVariantsTests
{
    private const string Ending = ".tokenizer.json";

    [Fact]
    public void EveryVariantGivesTheOriginalsIdsAndTexts()
    {
        var files = Directory.GetFiles(SharedFolder.Path("tokenizer-cases", "json-variants"), "*" + Ending);
        Assert.Equal(23, files.Length);
        Assert.All(files, file =>
        {
            var tokenizer = TokenizerLoader.Load(file);
            using var golden = JsonDocument.Parse(File.ReadAllBytes(file.Replace(Ending, ".golden.json", StringComparison.Ordinal)));
            foreach (var row in golden.RootElement.GetProperty("rows").EnumerateArray())
            {
                var (text, plain) = (row.GetProperty("text").GetString()!, Ids(row, "ids_no_special"));
                Assert.Equal(Ids(row, "ids"), tokenizer.Encode(text));
                Assert.Equal(plain, tokenizer.Encode(text, addSpecialTokens: false));
                Assert.Equal(row.GetProperty("decoded").GetString(), tokenizer.Decode(plain, skipSpecialTokens: false));
                Assert.Equal(row.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(plain));
            }
        });
    }

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
}
