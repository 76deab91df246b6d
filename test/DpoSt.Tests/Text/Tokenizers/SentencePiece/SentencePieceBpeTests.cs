using System.Text;
using CsCheck;
using DpoSt.Text.Tokenizers;
using DpoSt.Text.Tokenizers.ByteLevel;
using DpoSt.Text.Tokenizers.SentencePiece;

namespace DpoSt.Tests.Text.Tokenizers.SentencePiece;

public sealed class SentencePieceBpeTests
{
    private static readonly string[] Letters = ["a", "b", "1", "▁", "😀"];
    private static readonly string[] Known = [.. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"), .. Letters];

    private static readonly SentencePieceNormalizer Plain = new(new([]), [], removesExtraSpaces: false);

    /// <summary>
    /// Cutting the text where no piece goes on must give what merging over the whole text gives, whatever the pieces are.
    /// </summary>
    [Fact]
    public void CuttingTheTextChangesNoIds() =>
        Gen.Select(Gen.Select(Gen.Int[0, 12], Gen.Int[0, 12]).Array[0, 10], Gen.Int[0, Letters.Length].Array[0, 60]).Sample((joins, text) =>
        {
            // Each join makes a piece of two pieces; 256 is the first letter's id. The text also holds "é", which is no piece: two bytes.
            var pieces = Known.ToList();
            var merges = new MergeTable(joins.Length);
            foreach (var (left, right) in joins)
            {
                var joined = 256 + Math.Max(left, right) < pieces.Count ? pieces[256 + left] + pieces[256 + right] : "";
                if (joined.Length > 0 && !pieces.Contains(joined))
                {
                    merges.Add(256 + left, 256 + right, pieces.Count, pieces.Count);
                    pieces.Add(joined);
                }
            }

            var whole = text.SelectMany(i => i < Letters.Length ? [256 + i] : Encoding.UTF8.GetBytes("é").Select(b => (int)b)).ToArray();
            var ids = new List<int>();
            new SentencePieceBpe(pieces.Select((piece, id) => (piece, id)).ToDictionary(p => p.piece, p => p.id), merges, Plain)
                .Encode(string.Concat(text.Select(i => i < Letters.Length ? Letters[i] : "é")), Place.Start, ids);
            return ids.SequenceEqual(whole[..merges.Merge(whole)]);
        });

    /// <summary>Llama-2's older files put the space in front by a Prepend and a Replace, and do so behind a special token too.</summary>
    [Theory]
    [InlineData(
        """
        {"type": "Sequence",
         "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
        """,
        "null", "▁a b", "▁b")]
    [InlineData("null", """{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false}""", "▁a b", "b")]
    [InlineData("null", """{"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}""", "▁a b", "▁b")]
    [InlineData("null", """{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never"}""", "a b", "b")]
    public void ATokenizerJsonSaysWhereASpaceIsPut(string normalizer, string preTokenizer, string first, string behind)
    {
        var vocabulary = string.Join(", ", Known.Append("</s>").Select((piece, id) => $"\"{piece}\": {id}"));
        var json = $$"""
            {"normalizer": {{normalizer}}, "pre_tokenizer": {{preTokenizer}}, "post_processor": null,
             "added_tokens": [{"id": {{Known.Length}}, "content": "</s>", "special": true,
                "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
            "model": {"type": "BPE", "byte_fallback": true, "vocab": { {{vocabulary}} }, "merges": []} }
            """;
        var tokenizer = TokenizerJsonFiles.Read(json);
        Assert.Equal(first.Replace(' ', '▁') + "</s>" + behind, string.Concat(tokenizer.Encode("a b</s>b").Select(tokenizer.PieceOf)));
    }
}
