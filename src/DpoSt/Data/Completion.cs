using DpoSt.Verification;

namespace DpoSt.Data;

/// <summary>What the final answer of a sample is worth.</summary>
public enum Verdict
{
    /// <summary>The text ends without a number after its mark.</summary>
    Invalid,

    /// <summary>There is a number, but not the true one.</summary>
    Wrong,

    /// <summary>The true final answer.</summary>
    Correct,
}

/// <summary>One text a model generated for a problem.</summary>
/// <param name="ProblemId">The problem's <see cref="Problem.Id"/>.</param>
/// <param name="Sample">Which sample of the problem, from 0.</param>
/// <param name="Seed">The seed of the random draws.</param>
/// <param name="Text">The decoded text without prompt and special tokens.</param>
/// <param name="Verdict">What its final answer is worth.</param>
/// <param name="Ids">The generated token ids, where they were kept.</param>
/// <param name="CalculatorTokens">How many of them the calculator wrote.</param>
/// <param name="LogProb">The log-probability of the others under the model, in nats, where it was kept.</param>
public sealed record Completion(
    string ProblemId, int Sample, long Seed, string Text, Verdict Verdict, int[]? Ids = null, int CalculatorTokens = 0,
    double? LogProb = null)
{
    /// <summary>The verdict on a text for a problem whose final answer is <paramref name="ans"/>.</summary>
    public static Verdict Judge(string text, double ans) =>
        FinalAnswer.Extract(text) is not { } answer ? Verdict.Invalid
        : FinalAnswer.AreSame(answer, ans) ? Verdict.Correct
        : Verdict.Wrong;
}
