namespace DpoSt.Verification;

/// <summary>A verdict and its reason.</summary>
/// <param name="Verdict">Right, wrong or no answer.</param>
/// <param name="Found">What was taken for the final answer, as it stands in the text; null where none was found.</param>
/// <param name="Why">The reason, in a few words without a full stop.</param>
public sealed record Judgement(Verdict Verdict, string? Found, string Why)
{
    internal static Judgement None(string why) => new(Verdict.Invalid, null, why);

    internal static Judgement Of(bool isRight, string found, string why) => new(isRight ? Verdict.Correct : Verdict.Wrong, found, why);
}

/// <summary>Judges answers against a gold answer. The work is bounded on any text, nothing throws on what a model wrote, and the same
/// texts always get the same verdict. Thread-safe.</summary>
public interface IVerifier
{
    /// <summary>Its name, one of <see cref="Verifiers.Names"/>.</summary>
    string Name { get; }

    /// <summary>Why it cannot read a gold answer whole, and what can, as the end of a sentence; null where it can.</summary>
    string? Refusal(string gold);

    /// <summary>A gold answer as files keep it: of a number its digits alone.</summary>
    string Plain(string gold) => gold;

    /// <summary>The verdict on a model's whole text.</summary>
    /// <param name="gold">A gold answer that is not refused.</param>
    /// <param name="text">What a model wrote, with its steps and its thinking.</param>
    Judgement Judge(string gold, string text);

    /// <summary>Whether two final answers (<see cref="Judgement.Found"/>) are the same, for votes.</summary>
    bool AreSame(string found, string other);
}
