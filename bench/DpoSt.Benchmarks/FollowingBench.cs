using System.Diagnostics;
using System.Globalization;
using DpoSt.Text;

namespace DpoSt.Benchmarks;

/// <summary>What following a row's text costs a token, at the beginning of a row and far into it.</summary>
internal static class FollowingBench
{
    private const int Rows = 2000;
    private const int Rounds = 15;
    private const int Window = 64;
    private static readonly int[] Positions = [64, 512];

    // Seventeen pieces to an annotation, as a tokenizer would cut it.
    private static readonly string[] Pieces =
    [
        " He", " has", " 4", "8", " / ", "2", " = ", "<<", "4", "8", "/", "2", "=", "2", "4", ">>", "24 apples."
    ];

    public static int Run()
    {
        foreach (var position in Positions)
        {
            var times = Enumerable.Range(0, Rounds).Select(_ => Nanoseconds(position)).Order().ToArray();
            Console.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"token {position}: {times[Rounds / 2]:0.0} ns [{times[0]:0.0}, {times[^1]:0.0}]"));
        }

        return 0;
    }

    // A token's mean over the window that ends at the position.
    private static double Nanoseconds(int position)
    {
        var followers = Enumerable.Range(0, Rows).Select(_ => CalculatorFormat.Llama.Follow()).ToArray();
        foreach (var follower in followers)
        {
            Follow(follower, 0, position - Window);
        }

        var started = Stopwatch.GetTimestamp();
        foreach (var follower in followers)
        {
            Follow(follower, position - Window, position);
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / (Rows * Window);
    }

    private static void Follow(CalculatorFollower follower, int from, int to)
    {
        for (var t = from; t < to; t++)
        {
            follower.Append(Pieces[t % Pieces.Length]);
        }
    }
}
