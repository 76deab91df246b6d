using System.Globalization;
using DpoSt.Evaluation;

namespace DpoSt.App.Console;

/// <summary>A difference between two models in a sentence.</summary>
internal static class DifferenceText
{
    public static string Of(string model, string other, PairedBootstrap difference) => string.Create(CultureInfo.InvariantCulture,
        $"{model} against {other}: {100 * difference.Difference:+0.0;-0.0;0.0} points, 95 % interval [{100 * difference.Low:+0.0;-0.0;0.0}, {100 * difference.High:+0.0;-0.0;0.0}]: {difference.Conclusion}");
}
