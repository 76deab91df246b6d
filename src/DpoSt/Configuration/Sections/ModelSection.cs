namespace DpoSt.Configuration.Sections;

/// <summary>The <c>model</c> section.</summary>
internal sealed record ModelSection
{
    /// <summary>The model that training starts from, relative to DATA_DIR.</summary>
    public required string ModelPath { get; init; }

    /// <summary>The run whose samples make the pairs of DPO; also the reference policy.</summary>
    public string? SftRunName { get; init; }
}
