using System.Text;

namespace DpoSt.Verification;

/// <summary>The same words, whatever their case, blanks, emphasis and punctuation at the ends. The answer stands behind <c>####</c>, in the
/// last box, behind "answer:", or in the last line.</summary>
internal sealed class ExactVerifier : IVerifier
{
    /// <inheritdoc/>
    public string Name => "exact";

    /// <inheritdoc/>
    public string? Refusal(string gold) => Normal(gold).Length > 0 ? null : "it has neither a letter nor a digit";

    /// <inheritdoc/>
    public Judgement Judge(string gold, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (FinalText.BehindThinking(text) is not { } answer)
        {
            return Judgement.None("the thinking was cut off");
        }

        var found = FinalText.BehindMark(answer) ?? (Box.LastOf(answer) is { } box ? box.Content : FinalText.BehindPhrase(answer))
            ?? FinalText.LastLine(answer);
        // An answer that has the word "answer" in it is compared whole too.
        var isRight = AreSame(gold, found) || AreSame(gold, FinalText.LastLine(answer));
        return Normal(found).Length == 0 ? Judgement.None("there is no text to compare")
            : Judgement.Of(isRight, found, $"\"{Normal(found)}\" for \"{Normal(gold)}\"");
    }

    /// <inheritdoc/>
    public bool AreSame(string found, string other) => Normal(found) == Normal(other);

    /// <summary>The form in which texts are compared.</summary>
    internal static string Normal(string text)
    {
        var normal = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                _ = normal.Length > 0 && normal[^1] != ' ' ? normal.Append(' ') : normal;
            }
            else if (!char.IsControl(c))
            {
                normal.Append(c is '\u2212' or '\u2013' or '\u2014' ? '-' : c is '\u2019' or '\u2018' ? '\'' : char.ToLowerInvariant(c));
            }
        }

        return normal.ToString().Trim(' ', '.', ',', ';', ':', '!', '?', '"', '\'', '`', '*', '_', '\u201C', '\u201D');
    }
}
