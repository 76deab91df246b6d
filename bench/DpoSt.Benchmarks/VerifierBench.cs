using System.Diagnostics;
using System.Globalization;
using DpoSt.Verification;

namespace DpoSt.Benchmarks;

/// <summary>The longest that each verifier takes for a text: random characters, LaTeX that is cut up and put together, and long
/// repeats.</summary>
internal static class VerifierBench
{
    private const int Texts = 10_000;
    private const int Longest = 4_000;

    private static readonly string[] Pieces =
    [
        "\\boxed{", "\\frac{1}{", "}", "{", "(", ")", "[", "]", "^", "^{2", "\\sqrt[3]{", "\\left(", "\\right)", "x", "+", "-", "=", ",",
        "1", "0.5",
        "1e9", "!", "%", "\\pi", "\\cup", "\\text{", "#### ", "answer: ", "<think>", "</think>", "999999999", "\\log", "|", "A", "\n", " ",
    ];

    public static int Run()
    {
        var verifiers = new[]
        {
            new VerifierOptions("number"), new("exact"), new("choice"), new("boxed"), new("regex", Pattern: "(?<answer>[0-9]+)(a|ab)*$"),
        };
        foreach (var verifier in verifiers.Select(Verifiers.Of))
        {
            var gold = verifier.Name switch { "number" => "72", "choice" => "A", _ => "\\frac{1}{2}" };
            foreach (var text in All().Take(100))
            {
                verifier.Judge(gold, text);            // the first calls are compiled
            }

            var times = All().Select(text =>
            {
                var started = Stopwatch.GetTimestamp();
                verifier.Judge(gold, text);
                return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }).Order().ToArray();
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{verifier.Name}: {times.Length} texts, median {times[times.Length / 2]:0.000} ms, longest {times[^1]:0.0} ms"));
        }

        return 0;
    }

    private static IEnumerable<string> All()
    {
        for (var i = 0UL; i < Texts; i++)
        {
            var length = (int)(CounterRandom.Bits(i) % Longest);
            yield return (i % 3) switch
            {
                0 => string.Concat(Enumerable.Range(0, length).Select(j => (char)(CounterRandom.Bits(i, (ulong)j) % 0x250))),
                1 => string.Concat(
                    Enumerable.Range(0, length / 4).Select(j => Pieces[CounterRandom.Bits(i, (ulong)j) % (ulong)Pieces.Length])),
                _ => "\\boxed{" + string.Concat(Enumerable.Repeat(Pieces[i % (ulong)Pieces.Length], length)),
            };
        }
    }
}
