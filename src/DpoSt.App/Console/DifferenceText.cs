using System.Globalization;
using DpoSt.Evaluation;

namespace DpoSt.App.Console;

/// <summary>A difference between two models in a sentence.</summary>
internal static class DifferenceText
{
    public static string Of(string model, string other, PairedBootstrap difference) =>
        $"{model} against {other}: {Points(difference.Difference)} points, "
        + $"95 % interval [{Points(difference.Low)}, {Points(difference.High)}]: {difference.Conclusion}";

    private static string Points(double share) => (100 * share).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}
