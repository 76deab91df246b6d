using System.Text.RegularExpressions;

namespace DpoSt.Verification;

/// <summary>An expression finds the answer: its last match, by the group <c>answer</c>, else the first group, else all of it; white space
/// at the end of the text is left out. What it finds is compared as <see cref="ExactVerifier"/> compares. Matching takes linear
/// time.</summary>
internal sealed class RegexVerifier : IVerifier
{
    private const int MaxPattern = 1000;
    private readonly Regex expression;
    private readonly string group;

    /// <summary>Takes an expression without lookarounds and backreferences.</summary>
    /// <exception cref="UserErrorException">It is none, or cannot be matched in linear time.</exception>
    public RegexVerifier(string pattern)
    {
        try
        {
            expression = pattern.Length <= MaxPattern ? new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)
                : throw new ArgumentException($"it is longer than {MaxPattern} characters");
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new UserErrorException(
                $"verifier_pattern '{(pattern.Length > 60 ? pattern[..60] + "..." : pattern)}' cannot be used ({e.Message.TrimEnd('.')}); "
                + "expected a .NET expression without lookarounds and backreferences, such as 'answer: (\\w+)'.",
                e);
        }

        var groups = expression.GetGroupNames();
        group = groups.Contains("answer", StringComparer.Ordinal) ? "answer" : groups.ElementAtOrDefault(1) ?? "0";
    }

    /// <inheritdoc/>
    public string Name => "regex";

    /// <inheritdoc/>
    public string? Refusal(string gold) => ExactVerifier.Normal(gold).Length > 0 ? null : "it has neither a letter nor a digit";

    /// <inheritdoc/>
    public Judgement Judge(string gold, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (FinalText.BehindThinking(text) is not { } answer)
        {
            return Judgement.None("the thinking was cut off");
        }

        // At a line break that ends the text the engine would lose the groups of a match (dotnet/runtime 120202).
        string? found = null;
        for (var match = expression.Match(answer.TrimEnd()); match.Success; match = match.NextMatch())
        {
            found = match.Groups[group].Success ? match.Groups[group].Value : found;
        }

        return found is null ? Judgement.None("the expression matches nowhere")
            : Judgement.Of(AreSame(gold, found), found, $"\"{ExactVerifier.Normal(found)}\" for \"{ExactVerifier.Normal(gold)}\"");
    }

    /// <inheritdoc/>
    public bool AreSame(string found, string other) => ExactVerifier.Normal(found) == ExactVerifier.Normal(other);
}
