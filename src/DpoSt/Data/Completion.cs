using DpoSt.Verification;

namespace DpoSt.Data;

/// <summary>One text a model generated for a problem.</summary>
/// <param name="ProblemId">The problem's <see cref="Problem.Id"/>.</param>
/// <param name="Sample">Which sample of the problem, from 0.</param>
/// <param name="Seed">The seed of the random draws.</param>
/// <param name="Text">The decoded text without prompt and special tokens.</param>
/// <param name="Verdict">What its final answer is worth.</param>
/// <param name="Ids">The generated token ids, where they were kept.</param>
/// <param name="CalculatorTokens">How many of them the calculator wrote.</param>
/// <param name="LogProb">The log-probability of the others under the model, in nats, where it was kept.</param>
/// <param name="Found">The final answer that the verifier found, null where it found none.</param>
internal sealed record Completion(
    string ProblemId, int Sample, long Seed, string Text, Verdict Verdict, int[]? Ids = null, int CalculatorTokens = 0,
    double? LogProb = null, string? Found = null)
{
    /// <summary>A text as an answer to a problem, judged.</summary>
    public static Completion Of(Problem problem, int sample, long seed, string text, IVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(verifier);
        var judgement = verifier.Judge(problem.Ans, text);
        return new Completion(problem.Id, sample, seed, text, judgement.Verdict, Found: judgement.Found);
    }
}
