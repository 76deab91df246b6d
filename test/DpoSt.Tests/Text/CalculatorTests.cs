using System.Globalization;
using System.Numerics;
using CsCheck;
using DpoSt.Text;

namespace DpoSt.Tests.Text;

public sealed class CalculatorTests
{
    [Theory]
    [InlineData("48/2", "24")]
    [InlineData(" 3 * (4 + 5) ", "27")]
    [InlineData("10/3", "3.33")]
    [InlineData("5-8", "-3")]
    [InlineData("1-1.001", "0")]
    [InlineData("0.29*100", "29")]
    [InlineData("1,000+5", "1005")]
    [InlineData("1,234,567.50*2", "2469135")]
    [InlineData("5%", "0.05")]
    [InlineData("20%*50", "10")]
    [InlineData("-50%", "-0.5")]
    [InlineData("(20+5)%*8", "2")]
    [InlineData("0.125", "0.12")]
    [InlineData("0.135", "0.14")]
    [InlineData("0.005", "0")]
    [InlineData("0.015", "0.02")]
    [InlineData("-0.125", "-0.12")]
    [InlineData("2 - - 2", "4")]
    [InlineData("-(2+3)", "-5")]
    [InlineData("1/3*3", "1")]
    [InlineData("5.", "5")]
    [InlineData("007", "7")]
    [InlineData("3", "3")]
    public void Gives_the_result_as_text(string expression, string expected)
    {
        Assert.True(Calculator.TryEvaluate(expression, out var result));
        Assert.Equal(expected, result);
    }

    [Theory]
    [InlineData("1/(2-2)", "it divides by zero")]
    [InlineData("(1+2", "it ends where a number or a closing parenthesis is missing")]
    [InlineData("", "it is empty")]
    [InlineData("2**3", "'*' at character 3 is out of place; it takes numbers, + - * / ( ) and % for per cent")]
    [InlineData("x", "'x' at character 1 is out of place; it takes numbers, + - * / ( ) and % for per cent")]
    [InlineData("99999999999999999999*99999999999999999999", "it exceeds 30 digits")]
    [InlineData("3*4", null)]
    public void Says_why_there_is_no_result(string expression, string? expected) => Assert.Equal(expected, Calculator.Refusal(expression));

    [Fact]
    public void Says_that_parentheses_are_too_deep() =>
        Assert.Equal("its parentheses nest more than 32 deep", Calculator.Refusal(new string('(', 33) + "1" + new string(')', 33)));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("1/0")]
    [InlineData("1/(2-2)")]
    [InlineData("2**3")]
    [InlineData("7//2")]
    [InlineData("9**9**9")]
    [InlineData("50%20")]
    [InlineData("3 4")]
    [InlineData("3(4)")]
    [InlineData("(3")]
    [InlineData("3)")]
    [InlineData("1,5")]
    [InlineData("1,0000")]
    [InlineData("1000,000")]
    [InlineData("1.2.3")]
    [InlineData("1e3")]
    [InlineData(".")]
    [InlineData("3\n+4")]
    [InlineData("３+４")]
    [InlineData("__import__('os').getpid()")]
    [InlineData("100000000000000000000*100000000000000000000")]
    public void Has_no_result_for_what_is_no_arithmetic(string expression)
    {
        Assert.False(Calculator.TryEvaluate(expression, out var result));
        Assert.Null(result);
        Assert.False(Calculator.TryEvaluateNumber(expression, out var number));
        Assert.Equal(double.NaN, number);
    }

    [Fact]
    public void Is_bounded_in_length_and_depth()
    {
        Assert.True(Calculator.TryEvaluate(new string('(', 32) + "7" + new string(')', 32), out _));
        Assert.False(Calculator.TryEvaluate(new string('(', 33) + "7" + new string(')', 33), out _));
        Assert.True(Calculator.TryEvaluate(new string('-', 199) + "7", out _));
        Assert.False(Calculator.TryEvaluate(new string('-', 200) + "7", out _));
        Assert.True(Calculator.TryEvaluate("1/" + new string('9', 198), out var tiny));
        Assert.Equal("0", tiny);
    }

    [Fact]
    public void Never_throws_on_any_text()
    {
        Gen.String.Sample(text => { _ = Calculator.TryEvaluate(text, out _); }, iter: 2_000);
        Gen.OneOf(Gen.Char["0123456789+-*/().,% "], Gen.Char).Array[0, 60].Sample(
            text => { _ = Calculator.TryEvaluateNumber(text, out _); }, iter: 20_000);
    }

    [Fact]
    public void Agrees_with_an_independent_exact_evaluation() =>
        ArithmeticCase.Any.Sample(
            sample =>
            {
                var found = Calculator.TryEvaluateExact(sample.Text, out var value);
                var bound = BigInteger.Pow(10, Calculator.MaxWholeDigits) * BigInteger.Abs(sample.Denominator);
                if (sample.Text.Length > Calculator.MaxLength || sample.Denominator.IsZero || BigInteger.Abs(sample.Numerator) >= bound)
                {
                    return !found;
                }

                return found && value.Numerator * sample.Denominator == sample.Numerator * value.Denominator;
            },
            iter: 5_000,
            print: sample => sample.Text);

    [Fact]
    public void Rounds_as_decimal_does() =>
        Gen.Select(Gen.Long[-10_000_000_000, 10_000_000_000], Gen.Int[0, 6]).Sample((digits, scale) =>
        {
            var value = (decimal)digits / (decimal)BigInteger.Pow(10, scale);
            var expected = Math.Round(value, 2, MidpointRounding.ToEven).ToString("0.##", CultureInfo.InvariantCulture);
            return Calculator.TryEvaluate(value.ToString(CultureInfo.InvariantCulture), out var text)
                && text == (expected == "-0" ? "0" : expected);
        });

    [Fact]
    public void Agrees_with_the_annotations_of_the_training_data()
    {
        var (total, asText, far) = (0, 0, new List<string>());
        foreach (var (expression, annotated) in GsmRows.Annotations())
        {
            total++;
            asText += Calculator.TryEvaluate(expression, out var result) && result == annotated ? 1 : 0;
            if (!(Calculator.TryEvaluateNumber(expression, out var number)
                && Calculator.TryEvaluateNumber(annotated, out var expected)
                && Math.Abs(number - expected) < 0.005 + 1e-9))
            {
                far.Add(expression);
            }
        }

        Assert.Equal(21_286, total);
        Assert.Equal(20_669, asText);
        Assert.Equal(["560//10", "180//3"], far);
    }

    [Fact]
    public void Differs_from_the_reference_only_in_five_kinds_of_ways()
    {
        var kinds = GsmRows.Fixture("calculator", "tool_fn.json").GetProperty("cases").EnumerateArray()
            .Select(c => (Ours: Ours(c.GetProperty("expr").GetString()!), Theirs: c.GetProperty("result").GetString()))
            .Where(c => c.Ours != c.Theirs)
            .CountBy(c => Kind(c.Ours, c.Theirs), StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);

        Assert.Equal(18, kinds["spelling: 29.0 is 29, -0.0 is 0"]);
        Assert.Equal(9, kinds["rounding: half to even on the exact value, not on the nearest double"]);
        Assert.Equal(2, kinds["precision: exact beyond 2^53"]);
        Assert.Equal(6, kinds["ours only: percent, thousands separators, leading zeros"]);
        Assert.Equal(42, kinds["theirs only: exponents, modulo, comparisons, code"]);
        Assert.Equal(5, kinds.Count);
    }

    private static string? Ours(string expression) => Calculator.TryEvaluate(expression, out var result) ? result : null;

    private static string Kind(string? ours, string? theirs)
    {
        if (ours is null || theirs is null)
        {
            return theirs is null
                ? "ours only: percent, thousands separators, leading zeros"
                : "theirs only: exponents, modulo, comparisons, code";
        }

        var distance = Math.Abs(decimal.Parse(ours, CultureInfo.InvariantCulture) - decimal.Parse(theirs, CultureInfo.InvariantCulture));
        return distance == 0 ? "spelling: 29.0 is 29, -0.0 is 0"
            : distance <= 0.01m ? "rounding: half to even on the exact value, not on the nearest double"
            : "precision: exact beyond 2^53";
    }
}
