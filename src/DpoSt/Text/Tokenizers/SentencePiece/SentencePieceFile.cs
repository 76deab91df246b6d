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

    /// <summary>T5 puts its sentinels behind the file's pieces, the last one first.</summary>
    private static Tokenizer T5(SentencePieceModel model, string path, TokenizerConfig config)
    {
        var (count, sentinels) = (model.Pieces.Count, config.Sentinels ?? T5Sentinels);
        string[] pieces =
            [.. model.Pieces.Select(p => p.Text), .. Enumerable.Range(0, sentinels).Select(i => $"<extra_id_{sentinels - 1 - i}>")];
        var added = Added(model, pieces, config);
        var table = new TokenTable(Extension.Of(pieces, config.Added, path), id => added.TryGetValue(id, out var token) && token.IsSpecial);
        var eos = table.IdOf("</s>") ?? throw new UserErrorException(
            $"The SentencePiece model '{path}' has no '</s>', which a T5 text ends with.");
        var unknown = Math.Max(0, model.Pieces.FindIndex(p => p.Type == PieceType.Unknown));
        var encoder = new Unigram(
            [.. model.Pieces.Select(p => (p.Type == PieceType.Normal ? p.Text : null, p.Score))], unknown,
            Normalizer(model, config, isPrefixedAfterSpecial: config.IsLegacy ?? true));
        return new(
            table, new(added.Values), encoder, config.Specials(table, [], [eos], path) with { EndsOnce = true },
            dropFirstSpace: IsPrefixed(model, config));
    }

    internal static SentencePieceNormalizer Normalizer(SentencePieceModel model, TokenizerConfig config, bool isPrefixedAfterSpecial) =>
        new(
            new(model.CharacterMap),
            !IsPrefixed(model, config) ? [] : isPrefixedAfterSpecial ? [Place.Start, Place.AfterSpecial] : [Place.Start],
            model.RemovesExtraSpaces);

    private static bool IsPrefixed(SentencePieceModel model, TokenizerConfig config) =>
        model.AddsDummyPrefix && config.AddsPrefixSpace != false;

    private static Tokenizer Llama2(SentencePieceModel model, string path, TokenizerConfig config)
    {
        string[] pieces = [.. model.Pieces.Select(p => p.Text)];
        var added = Added(model, pieces, config);
        var table = new TokenTable(Extension.Of(pieces, config.Added, path), id => added.TryGetValue(id, out var token) && token.IsSpecial);
        var normalizer = Normalizer(model, config, isPrefixedAfterSpecial: config.IsLegacy ?? false);
        var encoder = new SentencePieceBpe(Ids(pieces, path), Merges(model, table), normalizer);
        int[] prefix = table.IdOf(config.Bos ?? "<s>") is { } bos ? [bos] : [];
        return new(
            table, new(added.Values), encoder, config.Specials(table, prefix, [], path), dropFirstSpace: IsPrefixed(model, config));
    }

    /// <summary>The pieces' ids, with the 256 byte pieces among them.</summary>
    private static Dictionary<string, int> Ids(string[] pieces, string path)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < pieces.Length; id++)
        {
            ids.TryAdd(pieces[id], id);
        }

        var missing = Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>").FirstOrDefault(piece => !ids.ContainsKey(piece));
        return missing is null ? ids : throw new UserErrorException(
            $"The tokenizer '{path}' lacks the byte {missing}; of SentencePiece's BPE only vocabularies with byte fallback are supported.");
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

    /// <summary>What is found in the text as it is written, by id: control pieces, what users defined, sentinels, and what files beside the
    /// model add.</summary>
    private static Dictionary<int, AddedToken> Added(SentencePieceModel model, string[] pieces, TokenizerConfig config)
    {
        var added = new Dictionary<int, AddedToken>();
        for (var id = 0; id < pieces.Length; id++)
        {
            var type = id < model.Pieces.Count ? model.Pieces[id].Type : PieceType.Control;
            if (type is PieceType.Control or PieceType.Unknown or PieceType.UserDefined)
            {
                added[id] = new(pieces[id], id, IsSpecial: type != PieceType.UserDefined);
            }
        }

        foreach (var token in config.Added)
        {
            added[token.Id] = token with { IsSpecial = token.IsSpecial || (added.TryGetValue(token.Id, out var known) && known.IsSpecial) };
        }

        return added;
    }
}
