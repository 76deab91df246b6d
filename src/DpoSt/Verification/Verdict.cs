namespace DpoSt.Verification;

/// <summary>What the final answer of a text is worth.</summary>
public enum Verdict
{
    /// <summary>The text has no final answer that the verifier finds.</summary>
    Invalid,

    /// <summary>There is an answer, but not the true one.</summary>
    Wrong,

    /// <summary>The true final answer.</summary>
    Correct,
}
