namespace DpoSt.App.Report;

/// <summary>What the paper reports (Wang, Li, Lu, ACL 2024): greedy accuracy on GSM8K in percent, by iteration 0 to 3 of DPO-ST.</summary>
internal static class PaperResults
{
    public static IReadOnlyList<(string Model, IReadOnlyList<double> Accuracy)> ByIteration { get; } =
    [
        ("paper: Flan-T5-Base, GSM8K", [18.1, 24.6, 26.6, 27.2]),
        ("paper: Flan-T5-Large, GSM8K", [30.8, 34.1, 35.6, 37.4]),
    ];
}
