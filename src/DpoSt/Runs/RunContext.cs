using DpoSt.Parallel;
using static TorchSharp.torch;

namespace DpoSt.Runs;

/// <summary>Where a stage works, and for whom.</summary>
/// <param name="Device">Where models compute.</param>
/// <param name="Group">Who trains and answers together; the first rank alone writes.</param>
/// <param name="Reporter">Told of all that happens.</param>
/// <param name="Cancel">Ends the work at its next safe point.</param>
internal sealed record RunContext(Device Device, IProcessGroup Group, IStageReporter Reporter, CancellationToken Cancel)
{
    private readonly HashSet<string> noted = new(StringComparer.Ordinal);

    /// <summary>Whether what is done already is made again.</summary>
    public bool Fresh { get; init; }

    /// <summary>Whether each rank keeps only its part of a model that is trained.</summary>
    public bool Shards { get; init; }

    /// <summary>Whether this process writes and decides.</summary>
    internal bool IsFirst => Group.Rank == 0;

    /// <summary>Tells the reporter a sentence that stages of a run would repeat.</summary>
    internal void NoteOnce(string sentence)
    {
        if (IsFirst && noted.Add(sentence))
        {
            Reporter.Note(sentence);
        }
    }

    /// <summary>What the first rank says, on all ranks; the others' answers only have to be as many.</summary>
    internal bool[] Decide(IReadOnlyList<bool> answers) => Group.Size == 1 || answers.Count == 0
        ? [.. answers]
        : Array.ConvertAll(Group.Sum([.. answers.Select(answer => IsFirst && answer ? 1.0 : 0)]), sum => sum > 0);
}
