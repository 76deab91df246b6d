using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Benchmarks;

/// <summary>Real answers as token ids that rows are led along.</summary>
internal static class AnswerScripts
{
    /// <summary>The ids of each answer, EOS last. Answers that the calculator would write otherwise (another spelling of a number, a split
    /// that is not the tokenizer's) are left out, so that a row says the same with it and without.</summary>
    public static List<int[]> Of(IEnumerable<string> answers, ITokenizer tokenizer, PromptFormat format) =>
        [.. answers.Select(answer => (int[])[.. format.IsCausal
            ? tokenizer.EncodeContinuation(format.Target(answer))
            : tokenizer.Encode(format.Target(answer), addSpecialTokens: false), tokenizer.EosId])
            .Where(ids => Agrees(ids, tokenizer, format.Calculator))];

    private static bool Agrees(int[] ids, ITokenizer tokenizer, CalculatorFormat format)
    {
        var (follower, decoder) = (format.Follow(), tokenizer.NewDecoder());
        for (var t = 0; t < ids.Length; t++)
        {
            var piece = decoder.Append(ids[t]);
            if (piece.Length > 0 && follower.Append(piece) is { } result)
            {
                int[] forced = [.. tokenizer.EncodeContinuation(format.ResultText(result)), .. tokenizer.EncodeContinuation(format.Closer)];
                if (!ids.AsSpan(t + 1).StartsWith(forced))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
