using System.Diagnostics;
using DpoSt.Models;
using DpoSt.Tests.Models;
using DpoSt.Tests.Tensors;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Training;

/// <summary>
/// What a step allocates dies with it. Three thousand steps take minutes, fewer where OpenMP's threads may wait awake:
/// <c>GOMP_SPINCOUNT=20000 dotnet test --project test/DpoSt.Tests -c Release -- --filter-class "*MemoryTests" --explicit only</c>.
/// </summary>
[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    public static TheoryData<string, bool, bool> Ways =>
        new(from kind in new[] { "t5", "llama" }
            from bf16 in new[] { false, true }
            from again in new[] { false, true }
            select (kind, bf16,
            again));

    [Theory, MemberData(nameof(Ways))]
    public void As_many_tensors_live_after_a_step_as_before(string kind, bool bf16, bool recomputes)
    {
        using var model = TinyModels.New(kind, 1, compute: new TrainingCompute(bf16, recomputes));
        var tokens = new TokenBatch(TinyModels.Batch(3, 2).Prompts, TinyModels.Batch(4, 4).Completions, [0, 1, 0, 1], [0, 1, 2, 3]);
        Assert.Single(Counts(model, new SftObjective(model), TinyModels.Batch(2, 4)).Distinct());
        Assert.Single(
            Counts(model, new DpoObjective(model, new PreferenceLoss()), new PreferenceBatch(tokens, [-9, -9, -9, -9])).Distinct());
    }

    [Theory(Explicit = true)]
    [InlineData("t5", false)]
    [InlineData("t5", true)]
    [InlineData("llama", false)]
    [InlineData("llama", true)]
    public void Peak_resident_memory_does_not_grow_over_two_thousand_steps(string kind, bool bf16)
    {
        NativeMemory.SkipUnlessTold();
        using var model = TinyModels.New(kind, 1, compute: new TrainingCompute(bf16));
        var batches = Enumerable.Range(0, 8).Select(i => TinyModels.Batch((ulong)i, 16)).ToArray();
        var (allocated, peak) = (0L, 0L);
        Train(model, new SftObjective(model), 3000, step =>
        {
            // .NET compiles what runs often a second time: most of it in the first thousand steps, where that takes 3 to 5 MB.
            (allocated, peak) = step == 1000 ? (NativeMemory.Allocated(), Peak()) : (allocated, peak);
            return [batches[step % 8], batches[(step + 3) % 8]];
        });
        // One tensor of the residual stream a step would be 2,000 times 12 kB or more.
        Assert.InRange(NativeMemory.Allocated() - allocated, long.MinValue, 4 << 20);
        Assert.InRange(Peak() - peak, long.MinValue, 4 << 20);
    }

    // The tensors alive as each step begins, from the second on.
    private static IEnumerable<long> Counts<TBatch>(ILanguageModel model, IObjective<TBatch> objective, TBatch batch)
        where TBatch : class
    {
        var counts = new List<long>();
        Train(model, objective, 6, _ =>
        {
            if (counts.Count == 0)
            {
                GC.Collect();                       // once, so that what earlier tests left does not go in between
                GC.WaitForPendingFinalizers();
            }

            counts.Add(Tensor.TotalCount);
            return [batch, batch];
        });
        return counts.Skip(1);
    }

    private static void Train<TBatch>(
        ILanguageModel model, IObjective<TBatch> objective, long steps, Func<long, IReadOnlyList<TBatch>> batches)
        where TBatch : class =>
        new Trainer<TBatch>(model.Parameters, objective, TrainingRuns.Options(steps, 1e-4) with { Dropout = 0.1, MaxGradNorm = 1 })
            .Run(batches, _ => { }, _ => { }, TestContext.Current.CancellationToken);

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
