using DpoSt.Text.Tokenizers;

namespace DpoSt.Answering;

/// <summary>What becomes of a token of a training row.</summary>
internal enum TokenPart
{
    /// <summary>The model is given it.</summary>
    Given,

    /// <summary>The model learns to write it.</summary>
    Scored,

    /// <summary>A limit cuts it off: the model does not see it.</summary>
    Cut,
}

/// <summary>A token of a row.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Piece">As the vocabulary spells it.</param>
/// <param name="Text">The text it stands for; special tokens by their names.</param>
/// <param name="Part">What becomes of it.</param>
/// <param name="IsSpecial">Whether it is no text, but a mark such as the end of a turn.</param>
internal sealed record ShownToken(int Id, string Piece, string Text, TokenPart Part, bool IsSpecial);

/// <summary>A training row as a model sees it.</summary>
/// <param name="Source">What the model is given, in words: which template.</param>
/// <param name="Tokens">All tokens of the row.</param>
internal sealed record ShownRow(string Source, IReadOnlyList<ShownToken> Tokens)
{
    private const int ShownEnd = 90;

    /// <summary>Which of its row's answers it has, in words; null where there is one alone.</summary>
    public string? Name { get; init; }

    /// <summary>How many tokens have a part.</summary>
    public int Count(TokenPart part) => Tokens.Count(token => token.Part == part);

    /// <summary>The text of one part.</summary>
    public string TextOf(TokenPart part) => string.Concat(Tokens.Where(token => token.Part == part).Select(token => token.Text));

    /// <summary>The row in a few lines: its counts, and of each part the beginning and the end.</summary>
    internal string Summary()
    {
        var cut = Count(TokenPart.Cut) is > 0 and var lost ? $", {lost} cut off by a limit" : "";
        var counts = $"{Count(TokenPart.Given)} tokens given, {Count(TokenPart.Scored)} learnt{cut}";
        return $"  the first row as the model sees it ({counts}):\n"
            + $"    given   {Ends(TextOf(TokenPart.Given))}\n    learnt  {Ends(TextOf(TokenPart.Scored))}";
    }

    private static string Ends(string text) => text.Length <= 2 * ShownEnd ? Shown.Quoted(text)
        : $"{Shown.Quoted(text[..ShownEnd])} … {Shown.Quoted(text[^ShownEnd..])}";

    /// <summary>A row, whole and as limits leave it.</summary>
    /// <param name="whole">The ids without limits.</param>
    /// <param name="left">The ids that training sees.</param>
    internal static ShownRow Of(
        ITokenizer tokenizer, string source, bool isCausal, (int[] Prompt, int[] Completion) whole, (int[] Prompt, int[] Completion) left)
    {
        // A causal prompt loses its beginning, an encoder's its end before the token that ends it, a completion its end.
        var lost = whole.Prompt.Length - left.Prompt.Length;
        var (first, end) = isCausal ? (0, lost) : lost > 0 ? (left.Prompt.Length - 1, whole.Prompt.Length - 1) : (0, 0);
        var keepsEnd = !isCausal && left.Completion is [.., var last] && last == tokenizer.EosId ? 1 : 0;
        var kept = left.Completion.Length - keepsEnd;
        var decoder = tokenizer.NewDecoder(skipSpecialTokens: false);
        return new(source,
        [
            .. whole.Prompt.Select((id, i) => Shown(id, i >= first && i < end ? TokenPart.Cut : TokenPart.Given)),
            .. whole.Completion.Select((id, i) =>
                Shown(id, i >= kept && i < whole.Completion.Length - keepsEnd ? TokenPart.Cut : TokenPart.Scored)),
        ]);

        ShownToken Shown(int id, TokenPart part) => new(
            id, tokenizer.PieceOf(id), decoder.Append(id), part,
            tokenizer.Decode([id]).Length == 0 && tokenizer.Decode([id], skipSpecialTokens: false).Length > 0);
    }
}
