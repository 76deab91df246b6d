namespace DpoSt.Text.Tokenizers;

/// <summary>What the files beside a tokenizer say about it; everything is null or empty where they say nothing.</summary>
internal sealed record TokenizerConfig(string? Bos, string? Eos, string? Pad, bool? AddBos, bool? AddEos)
{
    private static readonly string[] EosNames = ["</s>", "<|end_of_text|>", "<|endoftext|>", "<|im_end|>", "<eos>"];
    private static readonly string[] BosNames = ["<s>", "<|begin_of_text|>", "<bos>"];
    private static readonly string[] PadNames = ["<pad>"];

    public static TokenizerConfig None { get; } = new(null, null, null, null, null);

    /// <summary>`tokenizer_class` without `Fast`, where the tokenizer is that of a folder and transformers 5 goes by it: it rebuilds
    /// some.</summary>
    public string? Class { get; init; }

    /// <summary>Whether a space is put before a text (`add_prefix_space`).</summary>
    public bool? AddsPrefixSpace { get; init; }

    /// <summary>Whether SentencePiece puts a space behind a special token too (`legacy`).</summary>
    public bool? IsLegacy { get; init; }

    /// <summary>T5's number of sentinels (`extra_ids`).</summary>
    public int? Sentinels { get; init; }

    /// <summary>Tokens that were added to the vocabulary: `added_tokens_decoder`, else `added_tokens.json`.</summary>
    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    /// <summary>Whether <see cref="Added"/> is of `added_tokens.json`, which says nothing about tokens that a tokenizer.json has.</summary>
    public bool IsAddedOld { get; init; }

    /// <summary>The special tokens that the files name, by whatever role; their ids are the vocabulary's to say.</summary>
    public IReadOnlyList<AddedToken> Named { get; init; } = [];

    /// <summary>Whether the tokenizer is one file, not a folder's.</summary>
    public bool IsFileAlone { get; private init; }

    /// <summary>The same for a tokenizer that is one file: what lies beside it only names the special tokens.</summary>
    public TokenizerConfig OfFile() => this with { Class = null, AddsPrefixSpace = null, Added = [], Named = [], IsFileAlone = true };

    /// <summary>The special ids: the configuration's, else those of the template, else the usual names. What the configuration says about
    /// adding the begin and end tokens goes before the template.</summary>
    public SpecialIds Specials(TokenTable table, int[] prefix, int[] suffix, string path)
    {
        if (prefix.Concat(suffix).Any(id => id < 0 || id >= table.Size))
        {
            throw new UserErrorException($"The tokenizer '{path}' adds a token whose id is not in its vocabulary of {table.Size}.");
        }

        if (Eos is { } named && table.IdOf(named) is null)
        {
            throw new UserErrorException(
                $"The tokenizer '{path}' has no token '{named}', which tokenizer_config.json beside it names as its eos_token: "
                + "name one of its tokens, or add it to the tokenizer.");
        }

        var bos = table.IdOf(Bos) ?? prefix.Select(i => (int?)i).FirstOrDefault() ?? Usual(table, BosNames);
        var eos = table.IdOf(Eos) ?? suffix.Select(i => (int?)i).LastOrDefault() ?? Usual(table, EosNames)
            ?? throw new UserErrorException(
                $"The tokenizer '{path}' has no end token: name it as eos_token in a tokenizer_config.json beside it.");
        return new(bos, eos, table.IdOf(Pad) ?? Usual(table, PadNames), Ends(AddBos, bos, prefix), Ends(AddEos, eos, suffix));
    }

    private static int[] Ends(bool? isAdded, int? id, int[] template) => (isAdded, id) switch
    {
        (true, { } added) => [added],
        (false, _) => [],
        _ => template,
    };

    private static int? Usual(TokenTable table, string[] names) =>
        names.Select(table.IdOf).FirstOrDefault(id => id is { } known && table.IsSpecial(known));
}
