using System.Diagnostics;
using System.Globalization;

namespace DpoSt.Tests.Fuzz;

/// <summary>Every parser on files that were changed at random: it reads them, or refuses them in a sentence, in bounded time and memory.
/// <c>DPOST_FUZZ_MINUTES</c> says how long, <c>DPOST_FUZZ_SEED</c> where it begins, <c>DPOST_FUZZ_ONLY</c> which parser.</summary>
public sealed class FuzzTests
{
    private const long MostBytes = 500_000_000;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    [Fact(Explicit = true)]
    public void Every_parser_reads_or_refuses_in_a_sentence()
    {
        var end = Stopwatch.StartNew();
        var minutes = Number("DPOST_FUZZ_MINUTES", 1);
        var first = (ulong)Number("DPOST_FUZZ_SEED", 1);
        using var folder = new TemporaryFolder();
        var only = Environment.GetEnvironmentVariable("DPOST_FUZZ_ONLY");
        var targets = FuzzTarget.All(folder.Root).Where(target => only is null || target.Name == only).ToArray();
        var (found, count) = (new SortedDictionary<string, string>(StringComparer.Ordinal), 0L);
        for (var seed = first; end.Elapsed.TotalMinutes < minutes; seed++)
        {
            foreach (var target in targets)
            {
                count++;
                if (Fault(target, seed, folder.Root) is { } fault)
                {
                    found.TryAdd($"{target.Name}: {fault}", $"DPOST_FUZZ_ONLY='{target.Name}' DPOST_FUZZ_SEED={seed}");
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{count} inputs for {targets.Length} parsers");
        Assert.True(found.Count == 0, $"of {count} inputs:\n" + string.Join('\n', found.Select(f => $"{f.Key}\n    {f.Value}")));
    }

    [Fact]
    public void Each_parser_reads_or_refuses_its_first_changed_files()
    {
        using var folder = new TemporaryFolder();
        Assert.All(FuzzTarget.All(folder.Root), target => Assert.All(
            Enumerable.Range(0, 3), seed => Assert.Null(Fault(target, (ulong)seed, folder.Root))));
    }

    // What a reader did that it must not; null where it read or refused.
    private static string? Fault(FuzzTarget target, ulong seed, string root)
    {
        var random = new SplitMix64(CounterRandom.Bits(seed, CounterRandom.KeyOf(target.Name)));
        var samples = target.Samples;
        var bytes = Mutation.Of(samples[random.Next(samples.Count)], samples[random.Next(samples.Count)], random.Next());
        var folder = Directory.CreateDirectory(Path.Combine(root, "fuzzed")).FullName;
        var file = Path.Combine(folder, target.File);
        File.WriteAllBytes(file, bytes);
        string? fault = null;
        var thread = new Thread(() => fault = Read(target, folder, file)) { IsBackground = true };
        thread.Start();
        if (!thread.Join(MostTime))
        {
            return "it takes longer than 5 seconds";
        }

        Directory.Delete(folder, recursive: true);
        return fault;
    }

    private static string? Read(FuzzTarget target, string folder, string file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Read(folder, file);
        }
        catch (UserErrorException e)
        {
            if (string.IsNullOrWhiteSpace(e.Message))
            {
                return "a sentence without words";
            }
        }
        catch (Exception e)
        {
            var place = e.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("DpoSt.", StringComparison.Ordinal))?.Trim();
            return $"{e.GetType().Name}: {Shown.Text(e.Message.Split('\n')[0])} {place}";
        }

        return GC.GetAllocatedBytesForCurrentThread() - before > MostBytes ? "it takes more than 500 MB" : null;
    }

    private static double Number(string variable, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number : otherwise;
}
