using System.Text;

namespace DpoSt.Verification.Algebra;

/// <summary>Text as the parser takes it: characters beyond ASCII written as LaTeX, delimiters of formulas taken away.</summary>
internal static class MathText
{
    /// <summary>The longest text that is read as a formula, in characters; nobody's answer is longer.</summary>
    public const int MaxLength = 2000;

    private static readonly Dictionary<char, string> Written = new (char Character, string Latex)[]
    {
        ('\u2212', "-"), ('\u2013', "-"), ('\uFE63', "-"), ('\uFF0D', "-"), ('\u00A0', " "), ('\u2009', " "), ('\u202F', " "),
        ('\u00D7', @"\times "), ('\u22C5', @"\cdot "), ('\u00B7', @"\cdot "), ('\u00F7', "/"), ('\u2044', "/"), ('\u2215', "/"),
        ('\u221A', " sqrt "), ('\u03C0', @"\pi "), ('\u221E', @"\infty "), ('\u00B0', @"^\circ "), ('\u2264', @"\le "),
        ('\u2265', @"\ge "), ('\u2260', @"\ne "), ('\u222A', @"\cup "), ('\u2229', @"\cap "), ('\u2208', @"\in "),
        ('\u2205', @"\emptyset "), ('\u00B1', @"\pm "), ('\u2213', @"\mp "), ('\u00B2', "^2 "), ('\u00B3', "^3 "),
        ('\u00BD', @"\frac{1}{2}"), ('\u00BC', @"\frac{1}{4}"), ('\u00BE', @"\frac{3}{4}"), ('\u2032', "'"), ('\u2019', "'"),
        ('\u211D', @"\mathbb{R}"), ('\u2248', @"\approx "), ('\u03B8', @"\theta "), ('\u03B1', @"\alpha "), ('\u03B2', @"\beta "),
    }.ToDictionary(pair => pair.Character, pair => pair.Latex);

    /// <summary>The text without the signs that set a formula off (<c>$ \( \[</c>, <c>**</c> around it), blanks at its ends and a full
    /// stop behind it.</summary>
    public static string Bare(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length)
            {
                // "\\" ends a row of a matrix and must not be taken for half of "\(".
                _ = text[++i] is '(' or ')' or '[' or ']' ? plain.Append(' ') : plain.Append(c).Append(text[i]);
            }
            else
            {
                _ = c == '$' ? plain.Append(' ') : Written.TryGetValue(c, out var latex) ? plain.Append(latex) : plain.Append(c);
            }
        }

        var bare = plain.ToString().Trim();
        bare = bare.Length > 4 && bare.StartsWith("**", StringComparison.Ordinal) && bare.EndsWith("**", StringComparison.Ordinal)
            ? bare[2..^2].Trim()
            : bare;
        return bare.TrimEnd('.', ' ', ',', ';');
    }

    /// <summary>Letters and digits alone, without LaTeX's commands: what words are compared by.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                while (i + 1 < text.Length && char.IsAsciiLetter(text[i + 1]))
                {
                    i++;
                }
            }
            else if (char.IsLetterOrDigit(text[i]))
            {
                plain.Append(char.ToUpperInvariant(text[i]));
            }
        }

        return plain.ToString();
    }
}
