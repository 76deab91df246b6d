using System.Text.Json;
using DpoSt.Verification;

namespace DpoSt.Data.Shapes;

/// <summary>What a verifier says of an answer to a gold one, for programs: they rely on its names and words.</summary>
/// <param name="Verdict"><c>right</c>, <c>wrong</c>, <c>none</c> (no answer found) or <c>bad_gold</c> (the gold answer cannot be
/// read).</param>
/// <param name="Extracted">What was taken for the final answer; null where none was found.</param>
/// <param name="Reason">Why, without a full stop.</param>
internal sealed record JudgedAnswer(string Verdict, string? Extracted, string Reason)
{
    /// <summary>What a whole row looks like.</summary>
    public const string Expected = "{\"gold\": \"3\", \"answer\": \"... #### 3\"}";

    /// <summary>Judges a row: <c>gold</c>, <c>answer</c>, and <c>choices</c> where gold is one of them, as rows of questions have them.
    /// </summary>
    /// <exception cref="UserErrorException">The row has no such columns, or a program that judges fails.</exception>
    public static JudgedAnswer Of(JsonLine row, IVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(verifier);
        var answer = row.Text("answer", Expected);
        var gold = Gold(row, out var problem);
        if ((problem ?? verifier.Refusal(gold)) is { } refusal)
        {
            return new JudgedAnswer("bad_gold", null, refusal);
        }

        var judgement = row.Placing(() => verifier.Judge(gold, answer));
        return new JudgedAnswer(
            judgement.Verdict switch { Verification.Verdict.Correct => "right", Verification.Verdict.Wrong => "wrong", _ => "none" },
            judgement.Found, judgement.Why);
    }

    private static string Gold(JsonLine row, out string? problem)
    {
        problem = null;
        if (row.Property("choices", Expected) is { ValueKind: not JsonValueKind.Null })
        {
            try
            {
                return Choices.Of(row, "", "choices", "gold").Gold ?? throw row.Error($"\"gold\" is missing; expected {Expected}.");
            }
            catch (UserErrorException e) when (row.Property("gold", Expected) is { ValueKind: not JsonValueKind.Null })
            {
                problem = e.Message.TrimEnd('.');
                return "";
            }
        }

        return row.Property("gold", Expected) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText()
            : GoldText.Of(row.Text("gold", Expected));
    }
}
