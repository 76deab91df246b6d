using System.Text.Json;
using DpoSt.Verification;

namespace DpoSt.Tests.Verification;

/// <summary>Gold answers, answers and verdicts that were collected with math-verify (Apache-2.0).</summary>
public sealed class MathVerifyTests
{
    [Fact]
    public void Every_verdict_is_the_one_expected()
    {
        var boxed = Verifiers.Of(new VerifierOptions("boxed"));
        using var file = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("peer-cases", "math-verify.json")));
        var others = new List<string>();
        foreach (var item in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            var (gold, answer) = (item.GetProperty("gold").GetString()!, item.GetProperty("answer").GetString()!);
            var isRight = boxed.Refusal(gold) is null && boxed.Judge(gold, answer).Verdict == Verdict.Correct;
            if (item.GetProperty("ours").GetString() is { } expected && isRight != (expected == "right"))
            {
                others.Add($"{gold} | {answer} | {expected}");
            }
        }

        Assert.Empty(others);
    }
}
