namespace DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

/// <summary>What becomes of the delimiters that a text is cut at, by the names of tokenizer.json.</summary>
internal enum Behaviour
{
    /// <summary>They are left out.</summary>
    Removed,

    /// <summary>Each is a part of its own.</summary>
    Isolated,

    /// <summary>Each belongs to what stands before it.</summary>
    MergedWithPrevious,

    /// <summary>Each belongs to what stands behind it.</summary>
    MergedWithNext,

    /// <summary>Those side by side are one part.</summary>
    Contiguous,
}
