namespace DpoSt.Text.Tokenizers;

/// <summary>Text to token ids and back, as the tokenizer's own library does it. Safe for concurrent use.</summary>
internal interface ITokenizer
{
    /// <summary>The number of ids: one more than the largest.</summary>
    int VocabularySize { get; }

    /// <summary>The id put before a text, or null where the vocabulary has none.</summary>
    int? BosId { get; }

    /// <summary>The id that ends a text.</summary>
    int EosId { get; }

    /// <summary>The id that fills rows up, or null where the vocabulary has none.</summary>
    int? PadId { get; }

    /// <summary>The ids of a text. Special tokens written inside the text are recognised as such.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecialTokens">Adds what the vocabulary's template adds: T5 `&lt;/s&gt;` last, Llama `&lt;s&gt;` first.</param>
    IReadOnlyList<int> Encode(string text, bool addSpecialTokens = true);

    /// <summary>The ids of a text that goes on where another stopped: nothing added, no space put before it.</summary>
    IReadOnlyList<int> EncodeContinuation(string text);

    /// <summary>The text of ids; bytes that are not UTF-8 become U+FFFD.</summary>
    string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true);

    /// <summary>A decoder that is fed id by id.</summary>
    IncrementalDecoder NewDecoder(bool skipSpecialTokens = true);

    /// <summary>The token as its vocabulary spells it, such as "Ġthe" or "▁the".</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is outside the vocabulary.</exception>
    string PieceOf(int id);

    /// <summary>The id of a token in its vocabulary's spelling, or null.</summary>
    int? IdOf(string piece);
}
