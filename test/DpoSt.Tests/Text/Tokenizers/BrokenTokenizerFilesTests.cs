using System.Text;
using DpoSt.Tests.Text.Tokenizers.SentencePiece;
using DpoSt.Text.Tokenizers;
using DpoSt.Text.Tokenizers.ByteLevel;

namespace DpoSt.Tests.Text.Tokenizers;

/// <summary>Whatever the bytes of a tokenizer's file are: it loads and encodes, or the user reads one sentence.</summary>
public sealed class BrokenTokenizerFilesTests : IDisposable
{
    private const int Mutations = 400;
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, byte[]> SmallFiles => new()
    {
        {
            "spiece.model",
            SentencePiece(model: 1,
            [
                ("<pad>", 0, 3), ("</s>", 0, 3), ("<unk>", 0, 2), ("\u2581", -2, 1), ("a", -3, 1), ("\u2581ab", -1, 1), ("b", -3.5f, 1),
            ])
        },
        {
            "tokenizer.model",
            SentencePiece(model: 2,
            [
                ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), .. Bytes(), ("\u2581", -4, 1),
                ("a", -5, 1), ("b", -6, 1), ("\u2581a", -1, 1), ("ab", -2, 1),
            ])
        },
        {
            "tokenizer.model",
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 256).Select(b => $"{Convert.ToBase64String([(byte)b])} {b}\n"))
                + $"{Convert.ToBase64String("ab"u8)} 256\n")
        },
        {
            "tokenizer.json",
            Encoding.UTF8.GetBytes(BpeTrainer.Train(["ab ab"], 260, sentinels: 0)
                .Replace("\n", "", StringComparison.Ordinal).Replace("  ", "", StringComparison.Ordinal))
        },
        { "tokenizer.json", Encoding.UTF8.GetBytes(UnigramJson) },
        {
            "vocab.json",
            Encoding.UTF8.GetBytes(
                "{" + string.Join(",", Enumerable.Range(0, 256).Select(b => $"\"{Escape(ByteAlphabet.Spell((byte)b))}\":{b}"))
                + ",\"ab\":256}")
        },
    };

    private static string UnigramJson =>
        """
        {"added_tokens":[
        {"id":0,"content":"<unk>","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true},
        {"id":1,"content":"</s>","single_word":false,"lstrip":false,"rstrip":true,"normalized":true,"special":true}],
        "normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":"
        """.Replace("\n", "", StringComparison.Ordinal) + Convert.ToBase64String(CharacterMapTests.Accent())
        + """
        "},{"type":"Strip","strip_left":false,"strip_right":true},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"}]},
        "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"},
        "post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"</s>"}}],
         "special_tokens":{"</s>":{"ids":[1]}}},
        "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["</s>",0],["▁",-2],["a",-3],["▁ab",-1.5]]}}
        """;

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(SmallFiles))]
    public void EveryBeginningOfAFileLoadsOrIsASentence(string name, byte[] content)
    {
        Assert.Null(Failure(name, content));
        for (var length = 0; length < content.Length; length += 1 + (content.Length / 1500))
        {
            Check(name, content[..length]);
        }
    }

    [Fact]
    public void AVocabularyThatIsNullIsRefused() =>
        Assert.Contains("is not a JSON object of tokens and ids", Failure("vocab.json", "null"u8.ToArray())!.Message);

    // Every cut of it would be looked through, in the square of its length.
    [Fact]
    public void ARankLongerThanAnyPublishedOneIsRefused()
    {
        var lines = string.Concat(Enumerable.Range(0, 256).Select(b => $"{Convert.ToBase64String([(byte)b])} {b}\n"));
        Assert.Null(Failure("tokenizer.model", Encoding.UTF8.GetBytes($"{lines}{Convert.ToBase64String(new byte[256])} 256\n")));
        Assert.Contains(
            "is not a token of at most 256 bytes",
            Failure("tokenizer.model", Encoding.UTF8.GetBytes($"{lines}{Convert.ToBase64String(new byte[257])} 256\n"))!.Message);
    }

    [Theory]
    [MemberData(nameof(SmallFiles))]
    public void AMutatedFileLoadsOrIsASentence(string name, byte[] content)
    {
        var random = new Random(17);
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = content.ToList();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                var at = random.Next(mutated.Count);
                switch (random.Next(4))
                {
                    case 0:
                        mutated[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        mutated[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 2:
                        mutated.RemoveRange(at, Math.Min(random.Next(1, 9), mutated.Count - at - 1));
                        break;
                    default:
                        mutated.InsertRange(at, mutated.GetRange(at, Math.Min(random.Next(1, 9), mutated.Count - at)));
                        break;
                }
            }

            Check(name, [.. mutated]);
        }
    }

    [Theory]
    [InlineData("\"type\":\"Unigram\"", "\"type\":null")]
    [InlineData("[\"▁\",-2]", "[\"▁\"]")]
    [InlineData("[\"▁\",-2]", "[null,-2]")]
    [InlineData("\"content\":\"</s>\"", "\"content\":null")]
    [InlineData("\"unk_id\":0", "\"unk_id\":5")]
    [InlineData("\"ids\":[1]", "\"ids\":[7]")]
    [InlineData("{\"id\":1,", "{\"id\":2147483647,")]
    [InlineData("{\"id\":1,", "{\"id\":0,")]
    [InlineData("\"rstrip\":true,", "")]
    [InlineData("{\"Regex\":", "{\"Words\":")]
    [InlineData(" {2,}", "(?<n>a)")]
    [InlineData("{\"added_tokens\"", "{\"truncation\":{\"max_length\":8},\"added_tokens\"")]
    [InlineData("{\"added_tokens\"", "{\"padding\":{\"strategy\":{\"Fixed\":8}},\"added_tokens\"")]
    [InlineData("{\"added_tokens\"", "{\"version\":\"2.0\",\"added_tokens\"")]
    [InlineData("{\"added_tokens\"", "{\"more\":1,\"added_tokens\"")]
    [InlineData("\"type\":\"Strip\"", "\"type\":\"Lowercase\"")]
    [InlineData("\"strip_right\":true", "\"strip_right\":1")]
    [InlineData("\"type\":\"Metaspace\"", "\"type\":\"Digits\"")]
    [InlineData("\"type\":\"TemplateProcessing\"", "\"type\":\"RobertaProcessing\"")]
    [InlineData("\"precompiled_charsmap\":\"", "\"precompiled_charsmap\":\"!")]
    [InlineData("\"unk_id\":0", "\"unk_id\":0,\"alpha\":0.1")]
    public void WhatTheFormatDoesNotSayIsRefused(string what, string by)
    {
        Assert.Contains(what, UnigramJson, StringComparison.Ordinal);
        Assert.IsType<UserErrorException>(
            Failure("tokenizer.json", Encoding.UTF8.GetBytes(UnigramJson.Replace(what, by, StringComparison.Ordinal))));
    }

    private void Check(string name, byte[] content) =>
        Assert.True(
            Failure(name, content) is null or UserErrorException, $"{Failure(name, content)} for {Convert.ToBase64String(content)}");

    /// <summary>What loading and using such a file throws, if anything.</summary>
    private Exception? Failure(string name, byte[] content)
    {
        var path = folder.File(name);
        File.WriteAllBytes(path, content);
        if (name == "vocab.json")
        {
            File.WriteAllText(folder.File("merges.txt"), "a b\n");
        }

        return Record.Exception(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var tokenizer = TokenizerLoader.Load(path);
            var ids = tokenizer.Encode("ab  ba é 😀 <unk> </s>\n");
            Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
            tokenizer.Decode(ids);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64_000_000);
        });
    }

    private static IEnumerable<(string, float, int)> Bytes() => Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f, 6));

    private static string Escape(char c) => c is '"' or '\\' ? $"\\{c}" : c.ToString();

    /// <summary>The file by its wire format: pieces (field 1), the trainer's model type (2.3), the normaliser (3).</summary>
    private static byte[] SentencePiece(int model, (string Text, float Score, int Type)[] pieces)
    {
        var file = new List<byte>();
        foreach (var (text, score, type) in pieces)
        {
            byte[] spelt = Encoding.UTF8.GetBytes(text);
            byte[] piece = [0x0A, (byte)spelt.Length, .. spelt, 0x15, .. BitConverter.GetBytes(score), 0x18, (byte)type];
            file.AddRange([0x0A, (byte)piece.Length, .. piece]);
        }

        var map = CharacterMapTests.Accent();
        file.AddRange([0x12, 2, 0x18, (byte)model, 0x1A, (byte)(map.Length + 2), 0x12, (byte)map.Length, .. map]);
        return [.. file];
    }
}
