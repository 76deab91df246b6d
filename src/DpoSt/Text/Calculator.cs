using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace DpoSt.Text;

/// <summary>The calculator a model may call: + - * / ( ), unary signs, decimals, thousands separators and percent, in exact rational
/// arithmetic. It reads text that a model wrote, so it is bounded in length and depth, evaluates no code, and never throws: what is not
/// arithmetic has no result.</summary>
internal static class Calculator
{
    /// <summary>The longest expression that is looked at, in characters.</summary>
    public const int MaxLength = 200;

    /// <summary>How deep parentheses may nest.</summary>
    public const int MaxDepth = 32;

    /// <summary>The most digits a result may have to the left of its point; a longer one is not a sensible step of a rationale.</summary>
    public const int MaxWholeDigits = 30;

    private static readonly BigInteger ResultBound = BigInteger.Pow(10, MaxWholeDigits);

    /// <summary>The result as text: an integer bare, else rounded to at most two decimals, half to even on the exact value, trailing zeros
    /// and "-0" dropped; x% is x/100. False where the text is not arithmetic, divides by zero or is out of bounds.</summary>
    public static bool TryEvaluate(ReadOnlySpan<char> expression, [NotNullWhen(true)] out string? result)
    {
        result = TryEvaluateExact(expression, out var value) ? value.ToResultText() : null;
        return result is not null;
    }

    /// <summary>The unrounded result, to the precision of a double; false in the same cases as <see cref="TryEvaluate"/>.</summary>
    public static bool TryEvaluateNumber(ReadOnlySpan<char> expression, out double number)
    {
        var found = TryEvaluateExact(expression, out var value);
        number = found ? value.ToDouble() : double.NaN;
        return found;
    }

    /// <summary>Why an expression has no result, in words; null where it has one.</summary>
    public static string? Refusal(ReadOnlySpan<char> expression)
    {
        if (expression.Length > MaxLength)
        {
            return $"it is longer than {MaxLength} characters";
        }

        var parser = new ArithmeticParser(expression);
        return parser.TryParse(out var value) ? value.IsBelow(ResultBound) ? null : $"it exceeds {MaxWholeDigits} digits"
            : parser.DividesByZero ? "it divides by zero"
            : parser.IsTooDeep ? $"its parentheses nest more than {MaxDepth} deep"
            : expression.IsWhiteSpace() ? "it is empty"
            : parser.Position == expression.Length ? "it ends where a number or a closing parenthesis is missing"
            : $"'{expression[parser.Position]}' at character {parser.Position + 1} is out of place; it takes numbers, + - * / ( ) "
                + "and % for per cent";
    }

    internal static bool TryEvaluateExact(ReadOnlySpan<char> expression, out Rational value)
    {
        value = default;
        return expression.Length <= MaxLength
            && new ArithmeticParser(expression).TryParse(out value)
            && value.IsBelow(ResultBound);
    }
}
