using System.Globalization;
using DpoSt.Generation;
using DpoSt.Tests.Text;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Generation;

/// <summary>
/// What the calculator writes into a row at once, against asking before every single token, and against those of the paper's code.
/// </summary>
public sealed class ForcingTests(ITestOutputHelper output)
{
    [Fact]
    public void Forced_at_once_as_token_by_token_along_T5_s_answers()
    {
        var tokenizer = T5();
        foreach (var (ids, _) in T5Answers())
        {
            Assert.Equal(OneByOne(tokenizer, CalculatorFormat.T5, ids), AtOnce(tokenizer, CalculatorFormat.T5, ids));
        }
    }

    [Fact]
    public void Forced_at_once_as_token_by_token_along_Llama_s_answers()
    {
        var tokenizer = TokenizerLoader.Load(SharedFolder.Path("tokenizers", "llama-2"));
        foreach (var answer in GsmRows.Answers().Take(60))
        {
            var ids = tokenizer.EncodeContinuation(answer).ToArray();
            Assert.Equal(OneByOne(tokenizer, CalculatorFormat.Llama, ids), AtOnce(tokenizer, CalculatorFormat.Llama, ids));
        }
    }

    [Fact]
    public void What_is_forced_along_T5_s_answers_is_what_the_reference_forces()
    {
        var tokenizer = T5();
        var (agreed, apart) = (0, new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var (ids, theirs) in T5Answers())
        {
            for (var k = 0; k < ids.Length; k++)
            {
                var (ours, other) = (Forced(tokenizer, CalculatorFormat.T5, ids[..k]), theirs.GetValueOrDefault(k, ""));
                if (other == string.Create(CultureInfo.InvariantCulture, $"{ours}"))
                {
                    agreed += other.Length > 0 ? 1 : 0;
                }
                else
                {
                    var reason = Reason(tokenizer.Decode(ids[..k]), ours, other);
                    apart[reason] = apart.GetValueOrDefault(reason) + 1;
                }
            }
        }

        output.WriteLine($"{agreed} ids forced by both; apart: {string.Join(", ", apart.Select(a => $"{a.Key} {a.Value}"))}");
        Assert.Equal(
            ["bracket glued to the word before", "negative result", "paper's code raised", "text deviates from the tool's"], apart.Keys);
        Assert.InRange(apart["negative result"], 1, 5);
        Assert.InRange(apart["bracket glued to the word before"], 1, 2);
        Assert.InRange(apart["text deviates from the tool's"], 1, 1);
    }

    // Ours forces what the paper's code leaves alone: it takes no minus for a number, and wants the bracket to be a piece of its own. The
    // paper's code forces or raises where the data writes another text than its tool: ours has nothing to say there.
    private static string Reason(string text, int? ours, string theirs) =>
        theirs.Length > 0 && !char.IsAsciiDigit(theirs[0]) ? "paper's code raised"
        : ours is null ? "text deviates from the tool's"
        : text.AsSpan(text.LastIndexOf('[')).ToString() is var call
        && text.Contains("=" + call, StringComparison.Ordinal) ? "bracket glued to the word before"
        : Calculator.TryEvaluate(call.AsSpan(1, call.IndexOf('=', StringComparison.Ordinal) - 1), out var result)
        && result.StartsWith('-') ? "negative result"
        : $"unexplained at '{text}'";

    private static int[] AtOnce(ITokenizer tokenizer, CalculatorFormat format, int[] answer)
    {
        var row = new Row(0, new GenerationRequest("row", 0, [1]), tokenizer, new GenerationOptions(
            answer.Length, 1, format), new HashSet<int> { tokenizer.EosId }, 0, null);
        while (!row.Done)
        {
            row.Accept(answer[row.Position], logProb: 0);
        }

        return row.Result().Ids;
    }

    private static int[] OneByOne(ITokenizer tokenizer, CalculatorFormat format, int[] answer)
    {
        var ids = new List<int>();
        while (ids.Count < answer.Length && (ids.Count == 0 || ids[^1] != tokenizer.EosId))
        {
            ids.Add(Forced(tokenizer, format, [.. ids]) ?? answer[ids.Count]);
        }

        return [.. ids];
    }

    // Reads the whole text anew: does it, or did a beginning of it, call the calculator, and is what follows so far the beginning of its
    // answer?
    private static int? Forced(ITokenizer tokenizer, CalculatorFormat format, int[] ids)
    {
        for (var start = ids.Length; start > 0 && start > ids.Length - 16; start--)
        {
            if (Result(tokenizer, format, ids.AsSpan(0, start)) is not { } result)
            {
                continue;
            }

            int[] run = [.. tokenizer.EncodeContinuation(format.ResultText(result)), .. tokenizer.EncodeContinuation(format.Closer)];
            var written = ids.Length - start;
            if (written < run.Length && run.AsSpan(0, written).SequenceEqual(ids.AsSpan(start)))
            {
                return run[written];
            }
        }

        return null;
    }

    private static string? Result(ITokenizer tokenizer, CalculatorFormat format, ReadOnlySpan<int> ids)
    {
        var (decoder, follower) = (tokenizer.NewDecoder(), format.Follow());
        string? result = null;
        foreach (var id in ids)
        {
            var piece = decoder.Append(id);
            result = piece.Length == 0 ? null : follower.Append(piece);
        }

        return result;
    }

    private static ITokenizer T5() => TokenizerLoader.Load(SharedFolder.Path("tokenizers", "t5"));

    // Ids of an answer, and by position the id that the paper's code forced there, or the exception it raised.
    private static List<(int[] Ids, Dictionary<int, string> Forced)> T5Answers() =>
        [.. GsmRows.Fixture("calculator", "t5_along_gsm8k_answers.json").GetProperty("rows").EnumerateArray().Select(row => (
        row.GetProperty("answer_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray(),
        row.GetProperty("forced_at").EnumerateArray().ToDictionary(f => f[0].GetInt32(), f => f[1].ToString())))];
}
