using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;
using DpoSt.Data.Reports;
using DpoSt.Tests.Text;

namespace DpoSt.Tests.Data.Reports;

public sealed class AnnotationsTests
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    [Theory]
    [InlineData("<<2+3=5>>5", 0)]
    [InlineData("<<2+3=6>>6", 1)]
    [InlineData("<<10/3=3.33>>3.33 and <<10/3=3>>3", 0)]
    [InlineData("<<10/3=3.4>>3.4", 1)]
    [InlineData("<<1,000*2=2000>>2,000 <<50%*10=5>>5 <<$3*2=$6>>6", 0)]
    [InlineData("<<half of 6=4>>", 0)]                             // no calculation: nothing to compare with
    [InlineData("<<2+3=>> <<=5>> <<2+3", 0)]
    public void A_result_that_the_calculation_does_not_give_is_wrong(string rationale, int wrong) =>
        Assert.Equal(wrong, Annotations.Wrong(rationale).Count);

    [Fact]
    public void GSM8K_s_wrong_ones_are_those_that_another_evaluator_finds()
    {
        var (ours, theirs) = (new List<string>(), new List<string>());
        foreach (var answer in GsmRows.Answers())
        {
            ours.AddRange(Annotations.Wrong(answer));
            foreach (Match match in Regex.Matches(answer, "<<(?<left>[^<>=]+)=(?<right>[^<>=]+)>>", Linear))
            {
                // DataTable knows + - * / ( ) and decimals; whole numbers must not divide as such. Percent is left out.
                var (left, right) = (Plain(match.Groups["left"]), Plain(match.Groups["right"]));
                var expression = Regex.Replace(left, @"[0-9]*\.?[0-9]+", "($0*1.0)", Linear);
                if (decimal.TryParse(right, CultureInfo.InvariantCulture, out var written)
                    && !Regex.IsMatch(expression, "[^0-9.()*/+ -]", Linear) && Compute(expression) is { } value)
                {
                    var decimals = Math.Max(0, right.Length - 1 - (right + ".").IndexOf('.'));
                    theirs.AddRange(Math.Abs(value - (double)written) > 0.5000001 * Math.Pow(10, -decimals) ? [match.Value] : []);
                }
            }
        }

        Assert.Equal(theirs, ours.Where(annotation => !annotation.Contains('%') && !annotation.Contains('x')));
    }

    [Theory]
    [InlineData("2 + 3 = 5 apples", "2 + 3 = <<2+3=5>>5 apples")]
    [InlineData("It costs $2 * 3 = $6.", "It costs $2 * 3 = $<<2*3=6>>6.")]
    [InlineData("10-4-1=5, then 5/2 = 2.5", "10-4-1=<<10-4-1=5>>5, then 5/2 = <<5/2=2.5>>2.5")]
    [InlineData("3 x 4 = 12", "3 x 4 = <<3*4=12>>12")]
    [InlineData("1,000 * 2 = 2,000", "1,000 * 2 = <<1000*2=2000>>2,000")]
    [InlineData("2 + 3 = 6", "2 + 3 = 6")]                           // wrong
    [InlineData("10 / 3 = 3.33", "10 / 3 = 3.33")]                   // not exact
    [InlineData("(2 + 3) + 4 = 9", "(2 + 3) + 4 = 9")]               // a part of a longer one
    [InlineData("2 + 3 = 5 + 1", "2 + 3 = 5 + 1")]
    [InlineData("2 + 3 = <<2+3=5>>5", "2 + 3 = <<2+3=5>>5")]
    [InlineData("x1 + 3 = 4", "x1 + 3 = 4")]
    [InlineData("2 + 2 = 4 = 4", "2 + 2 = 4 = 4")]
    public void Plain_calculations_are_annotated_where_they_are_exact(string rationale, string annotated)
    {
        Assert.Equal(annotated, Annotations.Annotate(rationale));
        Assert.Equal(annotated, Annotations.Annotate(annotated));
        Assert.Empty(Annotations.Wrong(annotated));
    }

    [Fact]
    public void GSM8K_annotated_once_more_is_annotated_for_good() => Assert.All(GsmRows.Answers().Take(1000), answer =>
    {
        var once = Annotations.Annotate(answer);
        Assert.Equal(once, Annotations.Annotate(once));
        Assert.Equal(Annotations.Wrong(answer), Annotations.Wrong(once));
        Assert.Equal(0, Annotations.Missing(once));
    });

    [Theory]
    [InlineData("2 + 2 = 5", "2 + 2 = 5")]
    [InlineData("She paid $2 * 3 = $7, and 1,000 - 1 = 998.", "$2 * 3 = $7", "1,000 - 1 = 998")]
    [InlineData("10 / 3 = 3.33, 10 / 3 = 3.34, 7 / 4 = 1 and 2 \u00D7 0.333 = 0.67")]      // rounded, up, down, cut off
    [InlineData("7 / 4 = 3", "7 / 4 = 3")]
    [InlineData("2 + 3 = 5, 10 - 4 = 6 and 3 x 4 = 12")]
    [InlineData("50 - 20% = 40 and 3 / 4 = 75% or 75 percent")]
    [InlineData("4 * 25 = $1, 3 * 20 = 1 hour, 60 / 12 = 60 months, $1 / 2 = 50 cents, 5 * 3 = $15,000")]
    [InlineData("14 * 20 = 140 minutes", "14 * 20 = 140")]          // no unit is ten of another
    [InlineData("pages 10-20 = 11 pages, 2-3 = 5")]
    [InlineData("1 1/2 + 1 = 2 1/2, 12 and 1/4 + 1 = 14, 25 / 1/3 = 75")]
    [InlineData("1,5 + 1,5 = 3, 1.000 + 500 = 1.500, 600 x 30 = 18 000")]
    [InlineData("half of 10 + 4 = 9, 2 times 3 + 4 = 10, 20% of 50 + 5 = 15, 2 \\times 3 + 4 = 10")]
    [InlineData("\u221A9 + 3 = 6, 120 \u2013 80 - 15 = 25, 3:30 + 2 = 5:30, 4 * 3 * 2 * 1 = 4!, 100/5 = 5A")]
    [InlineData("(2 + 3) * 4 = 20, x + 2 + 2 = 10, 2^3 + 4 = 12, 1 + 1 = 1 + 1, 10 + 5 = 3 (mod 12)")]
    [InlineData("<<2+2=5>>5")]                                       // annotated: counted as such
    public void A_plain_calculation_that_can_only_be_wrong_is(string rationale, params string[] wrong) =>
        Assert.Equal(wrong, Annotations.WrongInPlain(rationale));

    [Fact]
    public void GSM8K_without_its_annotations_has_hardly_a_calculation_that_is_called_wrong()
    {
        var (calculations, wrong) = (0, new List<string>());
        foreach (var answer in GsmRows.Answers().Select(answer => Regex.Replace(answer, "<<[^<>]*>>", "", Linear)))
        {
            calculations += PlainCalculation.In(answer).Count();
            wrong.AddRange(Annotations.WrongInPlain(answer));
        }

        Assert.True(calculations > 16_000, $"{calculations}");
        Assert.InRange(wrong.Count, 8, 16);
        // Each is one by another evaluator, too.
        Assert.All(wrong.Select(w => Regex.Replace(w, "[$, ]", "", Linear).Replace('x', '*').Split('=')), sides =>
        {
            var value = Compute(Regex.Replace(sides[0], @"[0-9]*\.?[0-9]+", "($0*1.0)", Linear))!.Value;
            Assert.NotInRange(value / double.Parse(sides[1], CultureInfo.InvariantCulture), 0.999, 1.001);
        });
    }

    private static string Plain(Group group) => group.Value.Replace(",", "").Replace("$", "");

    private static double? Compute(string expression)
    {
        try
        {
            using var table = new DataTable();
            var value = Convert.ToDouble(table.Compute(expression, ""), CultureInfo.InvariantCulture);
            return double.IsFinite(value) ? value : null;
        }
        catch (Exception e) when (e is EvaluateException or SyntaxErrorException or InvalidCastException or OverflowException)
        {
            return null;
        }
    }
}
