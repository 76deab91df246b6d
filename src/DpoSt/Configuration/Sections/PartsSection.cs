using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>The <c>data.parts</c> section, ours: where one file holds everything, which part of <c>data.train_data_path</c> takes the place
/// of the test and dev questions. A value below 1 is a share, any other a count; equal questions are never in two parts.</summary>
internal sealed record PartsSection
{
    /// <summary>The test questions, in the place of <c>data.test_data_path</c>; null takes none.</summary>
    [Within(0, AboveMinimum = true)]
    public double? Test { get; init; }

    /// <summary>The dev questions, in the place of <c>data.dev_data_path</c>; null takes none.</summary>
    [Within(0, AboveMinimum = true)]
    public double? Dev { get; init; }

    /// <summary>Decides which questions they are.</summary>
    [Within(0)]
    public long Seed { get; init; } = 42;
}
