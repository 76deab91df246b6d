using DpoSt.Text.Tokenizers.ByteLevel;
using static DpoSt.Text.Tokenizers.SentencePiece.SentencePieceModel;

namespace DpoSt.Text.Tokenizers.SentencePiece;

/// <summary>Builds the tokenizer of a SentencePiece file: Unigram is taken as T5's, BPE as Llama-2's.</summary>
internal static class SentencePieceFile
{
    private const int T5Sentinels = 100;

    public static ITokenizer Read(byte[] file, string path, TokenizerConfig config)
    {
        var model = SentencePieceModel.Read(file, path);
        try
        {
            return model.Model switch
            {
                Kind.Unigram => T5(model, path, config),
                Kind.Bpe => Llama2(model, path, config),
                _ => throw new UserErrorException(
                    $"The SentencePiece model '{path}' is of type {(int)model.Model}; supported are Unigram (1) and BPE (2)."),
            };
        }
        catch (FormatException e)
        {
            throw new UserErrorException($"The file '{path}' is not a SentencePiece model: {e.Message}.", e);
        }
    }

    /// <summary>T5 puts 100 sentinels behind the file's pieces, the last one first.</summary>
    private static Tokenizer T5(SentencePieceModel model, string path, TokenizerConfig config)
    {
        var count = model.Pieces.Count;
        var sentinels = Enumerable.Range(0, T5Sentinels).Select(i => $"<extra_id_{T5Sentinels - 1 - i}>");
        var table = new TokenTable(
            [.. model.Pieces.Select(p => p.Text), .. sentinels], id => id >= count || IsSpecial(model, id));
        var eos = table.IdOf("</s>") ?? throw new UserErrorException(
            $"The SentencePiece model '{path}' has no '</s>', which a T5 text ends with.");
        var unknown = Math.Max(0, model.Pieces.FindIndex(p => p.Type == PieceType.Unknown));
        var encoder = new Unigram(
            [.. model.Pieces.Select(p => (p.Type == PieceType.Normal ? p.Text : null, p.Score))], unknown, Normalizer(model));
        return new(
            table, Added(model, table), encoder, config.Specials(table, [], [eos], path) with { EndsOnce = true }, dropFirstSpace: true);
    }

    internal static SentencePieceNormalizer Normalizer(SentencePieceModel model) =>
        new(new(model.CharacterMap), model.AddsDummyPrefix ? [Place.Start, Place.AfterSpecial] : [], model.RemovesExtraSpaces);

    private static Tokenizer Llama2(SentencePieceModel model, string path, TokenizerConfig config)
    {
        var table = new TokenTable([.. model.Pieces.Select(p => p.Text)], id => IsSpecial(model, id));
        Place[] prefixed = model.AddsDummyPrefix ? [Place.Start] : [];
        var encoder = new SentencePieceBpe(Ids(table, path), Merges(model, table), prefixed);
        int[] prefix = table.IdOf(config.Bos ?? "<s>") is { } bos ? [bos] : [];
        return new(table, Added(model, table), encoder, config.Specials(table, prefix, [], path), dropFirstSpace: model.AddsDummyPrefix);
    }

    /// <summary>The pieces' ids, with the 256 byte pieces among them.</summary>
    private static Dictionary<string, int> Ids(TokenTable table, string path)
    {
        var missing = Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>").FirstOrDefault(piece => table.IdOf(piece) is null);
        return missing is null
            ? Enumerable.Range(0, table.Size).GroupBy(table.PieceOf, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal)
            : throw new UserErrorException(
                $"The tokenizer '{path}' lacks the byte {missing}; "
                + "of SentencePiece's BPE only vocabularies with byte fallback are supported.");
    }

    /// <summary>SentencePiece joins neighbours whose join is a piece, the best score first: every cut of a piece is a merge.</summary>
    private static MergeTable Merges(SentencePieceModel model, TokenTable table)
    {
        var ranks = model.Pieces.Where(p => p.Type == PieceType.Normal)
            .Select(p => p.Score)
            .Distinct()
            .OrderDescending()
            .Select((s, rank) => (s, rank))
            .ToDictionary(p => p.s, p => p.rank);
        var merges = new MergeTable(2 * model.Pieces.Count);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var (text, score, type) = model.Pieces[id];
            for (var cut = 1; type == PieceType.Normal && cut < text.Length; cut++)
            {
                if (table.IdOf(text[..cut]) is { } left && table.IdOf(text[cut..]) is { } right && IsText(left) && IsText(right))
                {
                    merges.Add(left, right, ranks[score], id);
                }
            }
        }

        return merges;

        bool IsText(int id) => model.Pieces[id].Type == PieceType.Normal;
    }

    private static AddedTokens Added(SentencePieceModel model, TokenTable table) =>
        new(Enumerable.Range(0, table.Size)
            .Where(id => table.IsSpecial(id) || model.Pieces[id].Type == PieceType.UserDefined)
            .Select(id => new AddedToken(table.PieceOf(id), id, table.IsSpecial(id))));

    private static bool IsSpecial(SentencePieceModel model, int id) => model.Pieces[id].Type is PieceType.Control or PieceType.Unknown;
}
