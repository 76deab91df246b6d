using DpoSt.Tests;
using DpoSt.Tests.App;
using DpoSt.Tests.Parallel;
using DpoSt.Tests.SelfTraining;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongFirst))]

namespace DpoSt.Tests;

/// <summary>
/// Classes that take minutes begin first, so that at the end no processor waits for one of them; the others in the order of their names.
/// </summary>
public sealed class LongFirst : ITestCollectionOrderer
{
    private static readonly string[] Classes =
    [
        nameof(DocumentedCommandsTests), nameof(RankFailureTests), nameof(ResumeTests), nameof(RankedTrainingTests),
        nameof(SelfTrainingLoopTests), nameof(RankedStagesTests), nameof(RunCommandTests),
        nameof(ConfiguredStagesTests), nameof(PaperCommandsTests),
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Place).ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection =>
        Array.FindIndex(
            Classes, name => collection.TestCollectionDisplayName.Contains("." + name + " ", StringComparison.Ordinal)) is var at and >= 0
            ? at
            : Classes.Length;
}
