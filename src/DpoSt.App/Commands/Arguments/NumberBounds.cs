using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace DpoSt.App.Commands.Arguments;

/// <summary>Which numbers an option takes; another is told before anything is read or loaded.</summary>
internal static class NumberBounds
{
    /// <summary>Numbers not below <paramref name="least"/>.</summary>
    public static TOption From<TOption, TNumber>(this TOption option, TNumber least)
        where TOption : Option
        where TNumber : INumber<TNumber> => Check<TOption, TNumber>(option, n => n >= least, $"from {Text(least)} on");

    /// <summary>Numbers not below <paramref name="least"/> nor above <paramref name="most"/>.</summary>
    public static TOption From<TOption, TNumber>(this TOption option, TNumber least, TNumber most)
        where TOption : Option
        where TNumber : INumber<TNumber> =>
            Check<TOption, TNumber>(option, n => n >= least && n <= most, $"from {Text(least)} to {Text(most)}");

    /// <summary>Numbers above <paramref name="bound"/>.</summary>
    public static TOption Above<TOption, TNumber>(this TOption option, TNumber bound)
        where TOption : Option
        where TNumber : INumber<TNumber> => Check<TOption, TNumber>(option, n => n > bound, $"above {Text(bound)}");

    // The parser tells what is not a number at all.
    private static TOption Check<TOption, TNumber>(TOption option, Func<TNumber, bool> isIn, string expected)
        where TOption : Option
        where TNumber : INumber<TNumber>
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (token.Value.Contains(',', StringComparison.Ordinal))
                {
                    result.AddError($"{option.Name} is {token.Value}; expected a number with a point and no comma");
                }
                else if (TNumber.TryParse(token.Value, CultureInfo.InvariantCulture, out var number)
                    && !(TNumber.IsFinite(number) && isIn(number)))
                {
                    result.AddError($"{option.Name} is {token.Value}; expected a number {expected}");
                }
            }
        });
        return option;
    }

    private static string Text<TNumber>(TNumber number)
        where TNumber : INumber<TNumber> => number.ToString(null, CultureInfo.InvariantCulture);
}
