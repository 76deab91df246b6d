using System.Globalization;
using System.Text.RegularExpressions;
using static System.FormattableString;

namespace DpoSt.Runs;

/// <summary>
/// A run's name, taken apart: <c>sft-1</c> is number 1 of the kind <c>sft</c>; <c>sft-0-more</c> are further samples of
/// <c>sft-0</c>. Any other name is a kind of its own.
/// </summary>
internal sealed partial record RunName
{
    /// <summary>Fine-tuned models: the warm-up is number 0, and each iteration adds one.</summary>
    public const string SftKind = "sft";

    /// <summary>Models tuned on preferences, from iteration 1 on.</summary>
    public const string DpoKind = "dpo";

    /// <summary>The baseline's models: self-training without DPO, from iteration 1 on.</summary>
    public const string BaselineKind = "st";

    private const string More = "-more";

    private RunName(string text, string kind, int? number) => (Text, Kind, Number) = (text, kind, number);

    /// <summary>The whole name.</summary>
    public string Text { get; }

    /// <summary>What is before the number.</summary>
    public string Kind { get; }

    /// <summary>The iteration; null where the name has none.</summary>
    public int? Number { get; }

    /// <summary>The warm-up's samples beyond those that pairs are made from: the baseline's.</summary>
    public static RunName MoreOfWarmUp { get; } = Parse(Sft(0).Text + More);

    /// <summary>A larger model at a server: its samples, for it is no model of the run.</summary>
    public static RunName Teacher { get; } = Parse("teacher");

    /// <summary>The fine-tuned model of an iteration.</summary>
    public static RunName Sft(int number) => Of(SftKind, number);

    /// <summary>The preference-tuned model of an iteration.</summary>
    public static RunName Dpo(int number) => Of(DpoKind, number);

    /// <summary>The baseline's model of an iteration.</summary>
    public static RunName Baseline(int number) => Of(BaselineKind, number);

    /// <summary>The model that a run ends with: of the last iteration, fine-tuned where it is; null where there is none.</summary>
    public static RunName? ResultOf(IEnumerable<RunName> runs) => runs.Where(run => run.Kind is SftKind or DpoKind)
        .MaxBy(run => (run.Number ?? 0, run.Kind == SftKind));

    /// <summary>Takes a name apart.</summary>
    public static RunName Parse(string text)
    {
        var parts = Numbered().Match(text);
        return parts.Success
            && int.TryParse(parts.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new RunName(text, parts.Groups["kind"].Value, number)
            : new RunName(text, text, null);
    }

    /// <summary>The runs of this kind with smaller numbers: what they sampled joins this one's samples.</summary>
    public IEnumerable<RunName> Earlier()
    {
        var first = Kind is DpoKind or BaselineKind ? 1 : 0;
        var count = Text.EndsWith(More, StringComparison.Ordinal) ? 0 : Math.Max(0, (Number ?? 0) - first);
        return Enumerable.Range(first, count).Select(n => Of(Kind, n));
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static RunName Of(string kind, int number) =>
        new(Invariant($"{kind}-{number}"), kind, number);

    [GeneratedRegex("^(?<kind>.+?)-(?<number>[0-9]+)(-more)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbered();
}
